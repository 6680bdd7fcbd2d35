/** `sallyport up` in a test: started, and the commands that it printed. */
import { equal } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { redeemerOf, type Redeemer } from '../rotation/redeem.ts'
import { service, shell, type Service, type Setting } from './command.ts'

export type Up = {
  readonly up: Service
  readonly refused: string
  readonly accepted: string
  readonly explained: string
  /** Asks the gateway's echo. */
  readonly seen: string
  readonly replayed: string
  /** Ask the keeper. */
  readonly connections: string
  readonly token: string
}

/** Ready when it resolves: the commands are the last that it prints. */
export async function startUp(t: TestContext, setting: Setting, ...args: readonly string[]): Promise<Up> {
  const up = await service(t, ['up', '--listen', '127.0.0.1:0', ...args], setting)
  await up.prints(/replay\.curl -x .*\n/)
  const commands = up.stdout().matchAll(/^ {2}((?:curl|npm|npx|SALLYPORT_|\/|').*)$/gm)
  const [refused = '', accepted = '', explained = '', seen = '', ...more] = [...commands].map(([, each]) => each ?? '')
  const [connections = '', token = '', replayed = ''] = more
  return { up, refused, accepted, explained, seen, connections, token, replayed }
}

export type Partner = {
  /** From an address of the allowlist, and from one that is not in it. */
  readonly near: Redeemer
  readonly far: Redeemer
  /** The grant that this start has made. */
  readonly refreshToken: string
  readonly admin: (path: string, body?: unknown) => Promise<unknown>
}

/** The demonstration's client, as a program of the test's own; `folder` is where its `data` is. */
export async function partnerOf(t: TestContext, { url }: Service, folder: string): Promise<Partner> {
  const read = async (name: string): Promise<string> => (await readFile(join(folder, 'data', name), 'utf8')).trim()
  const [consumerKey, consumerSecret, refreshToken, adminToken] = await Promise.all(
    ['demonstration/consumer-key', 'demonstration/consumer-secret', 'demonstration/refresh-token', 'admin-token'].map(
      read,
    ),
  )
  const from = (address: string): Redeemer => {
    const client = { consumerKey: consumerKey ?? '', consumerSecret: consumerSecret ?? '', from: address }
    const redeemer = redeemerOf(url, client)
    t.after(() => redeemer.close())
    return redeemer
  }
  return {
    near: from('127.0.0.11'),
    far: from('127.0.0.99'),
    refreshToken: refreshToken ?? '',
    async admin(path, body) {
      const method = body === undefined ? 'GET' : 'POST'
      const headers = { 'authorization': `Bearer ${adminToken}`, 'content-type': 'application/json' }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const reply = await fetch(`${url}/admin/v1${path}`, { method, headers, ...sent })
      const text = await reply.text()
      equal(reply.status, 200, text)
      return JSON.parse(text)
    },
  }
}

/** The printed commands need curl, as the README says; without it nothing here would prove anything. */
export async function curlIsThere(setting: Setting): Promise<void> {
  const { code } = await shell('curl --version', setting)
  equal(code, 0, 'curl is missing: install it, since the demonstration and its test use it')
}

/** Ports that nobody uses at this moment, so that the default ones do not decide the test. */
export const freePort: Readonly<Record<string, string>> = {
  SALLYPORT_ORG_LISTEN: '127.0.0.1:0',
  SALLYPORT_GATEWAY_LISTEN: '127.0.0.1:0',
  SALLYPORT_GATEWAY_ADMIN_LISTEN: '127.0.0.1:0',
  SALLYPORT_KEEPER_LISTEN: '127.0.0.1:0',
}

/** Where the systems of a started service listen, for the doctor to find them. */
export function listensOf({ stdout }: Service): Readonly<Record<string, string>> {
  const found = (pattern: RegExp): string => pattern.exec(stdout())?.[1] ?? ''
  const org = found(/"service":"org","url":"http:\/\/([^"]+)"/)
  const keeper = found(/"service":"keeper","url":"http:\/\/([^"]+)"/)
  return {
    ...freePort,
    ...(org === '' ? {} : { SALLYPORT_ORG_LISTEN: org }),
    ...(keeper === '' ? {} : { SALLYPORT_KEEPER_LISTEN: keeper }),
    SALLYPORT_GATEWAY_LISTEN: found(/"service":"gateway","url":"http:\/\/([^"]+)"/),
    SALLYPORT_GATEWAY_ADMIN_LISTEN: found(/"adminUrl":"http:\/\/([^"]+)"/),
  }
}
