/** One scene for every client of the gateway: an org that serves the pair alone, over http and behind TLS, and a gateway with two clients. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import type { TestOrg } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import {
  egressAddresses,
  fixture,
  fixturePath,
  oddCredentials,
  plainCredentials,
  proxyUrl,
  startOrgBehind,
  startTestGateway,
  type Credentials,
  type Scope,
  type TestGateway,
} from '../gateway/kit.ts'
import { startTlsFront } from '../gateway/origin.ts'
import { history } from './wire.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

const run = promisify(execFile)

/** How the org is spoken to: `http` in absolute form or by CONNECT, as the client likes; `https` by CONNECT alone. */
export type Scheme = 'http' | 'https'
export const schemes: readonly Scheme[] = ['http', 'https']

export type Scene = {
  readonly org: TestOrg
  readonly gateway: TestGateway
  readonly tokenUrl: (scheme: Scheme) => string
  /** With the gateway's scheme: `http`, `https` where it has TLS, `socks5h`. */
  readonly proxy: (credentials: Credentials, scheme?: string) => string
}

export type Answer = { readonly status: number; readonly body: string }

/** What a client is run with. `proxy` undefined: it goes directly. */
export type Errand = {
  readonly tokenUrl: string
  readonly form: string
  readonly proxy: string | undefined
}

export async function openScene(t: Scope, { tls = false }: { readonly tls?: boolean } = {}): Promise<Scene> {
  const org = await startOrgBehind(t)
  const { hostname, port } = new URL(org.url)
  const front = await startTlsFront(t, { host: hostname, port: Number(port) })
  const gateway = await startTestGateway(t, {
    allow: [`${hostname}:${port}`, front.at],
    configuration: {
      clients: [clientOf('plain', plainCredentials), clientOf('odd', oddCredentials)],
      ...(tls
        ? { tls: { cert: secret(fixture('loopback-certificate.pem')), key: secret(fixture('loopback-key.pem')) } }
        : {}),
    },
  })
  return {
    org,
    gateway,
    tokenUrl: (scheme) => `${scheme}://${scheme === 'https' ? front.at : `${hostname}:${port}`}/services/oauth2/token`,
    proxy: (credentials, scheme = tls ? 'https' : 'http') =>
      proxyUrl(`http://${gateway.host}:${gateway.port}`, credentials).replace('http', scheme),
  }
}

const clientOf = (name: string, { username, password }: Credentials) => ({
  ...{ name, username, password: secret(password), mayPin: false, connections: 100 },
})

export const formOf = (org: TestOrg, refresh_token: string): string =>
  new URLSearchParams({
    ...{ grant_type: 'refresh_token', refresh_token },
    ...{ client_id: org.client.consumerKey, client_secret: org.client.consumerSecret },
  }).toString()

export type Judged = {
  readonly scheme: Scheme
  /** Of the proxy, where it is not that of the gateway's URL. */
  readonly proxyScheme?: string
  /** The ways that this client may take: kinds of the tunnel's record. */
  readonly kinds: readonly string[]
  readonly run: (errand: Errand) => Promise<Answer>
}

/** Without the variable the org refuses the very token that it serves through the gateway with plain credentials; and with percent-encoded ones it
 *  serves too (L-69). */
export async function judgeClient(t: TestContext, scene: Scene, judged: Judged): Promise<void> {
  const form = await freshForm(scene)
  const direct = { tokenUrl: scene.tokenUrl(judged.scheme), form, proxy: undefined }
  const before = scene.gateway.tunnels().length
  deepEqual(await judged.run(direct), { status: 400, body: restricted }, 'without the gateway')
  equal(scene.gateway.tunnels().length, before, 'and the gateway heard nothing of it')
  await isServed(t, scene, { ...judged, name: 'plain', credentials: plainCredentials, form })
  await isServed(t, scene, { ...judged, name: 'odd', credentials: oddCredentials, form: await freshForm(scene) })
}

async function freshForm({ org }: Scene): Promise<string> {
  const { refresh_token } = await org.grant(withoutIdToken)
  return formOf(org, refresh_token)
}

type Sent = Judged & { readonly name: string; readonly credentials: Credentials; readonly form: string }

async function isServed(t: TestContext, scene: Scene, sent: Sent): Promise<void> {
  const { org, gateway } = scene
  const before = gateway.tunnels().length
  const proxy = scene.proxy(sent.credentials, sent.proxyScheme)
  const served = await sent.run({ tokenUrl: scene.tokenUrl(sent.scheme), form: sent.form, proxy })
  equal(served.status, 200, served.body)
  match(served.body, /"access_token":"00D/)
  const [entry] = await history(org)
  ok(
    egressAddresses.some((address) => address === entry?.sourceIp),
    `the org saw ${entry?.sourceIp}`,
  )
  equal(entry?.status, 'Success')

  await gateway.haveEnded(before + 1)
  const tunnel = gateway.tunnels()[before]
  deepEqual([tunnel?.['client'], tunnel?.['address']], [sent.name, entry?.sourceIp])
  ok(sent.kinds.includes(String(tunnel?.['kind'])), `it went by ${String(tunnel?.['kind'])}`)
  t.diagnostic(
    `${sent.scheme}, ${sent.name} credentials: ${String(tunnel?.['kind'])} from ${String(tunnel?.['address'])}`,
  )
}

const restricted = '{"error":"invalid_grant","error_description":"ip restricted by app developer"}'

/** Nothing of this process's own environment but the way to programs, and to what Node has compiled of them already: no proxy variable of the
 *  machine is in it. */
export const plainEnvironment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/',
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
  LANG: 'C.UTF-8',
  NODE_EXTRA_CA_CERTS: caPath,
  SSL_CERT_FILE: caPath,
  REQUESTS_CA_BUNDLE: caPath,
})

export const caPath: string = fixturePath('loopback-ca.pem')

/** The variables that an operator sets, in the spellings that clients look for. */
export const proxyVariables = (proxy: string | undefined): Record<string, string> =>
  proxy === undefined
    ? {}
    : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy, QUOTAGUARDSTATIC_URL: proxy }

export type Command = {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Record<string, string>
}

/** A program that prints the body, a line break and the status, with the proxy in its environment. */
export async function runProgram({ program, args, env }: Command, { tokenUrl, form, proxy }: Errand): Promise<Answer> {
  const { stdout } = await run(program, args, {
    env: { ...plainEnvironment(), ...proxyVariables(proxy), ...env, TOKEN_URL: tokenUrl, FORM: form },
    timeout: 60_000,
  })
  const [, body = '', status = ''] = /^(.*)\n(\d{3})\s*$/s.exec(stdout) ?? []
  return { status: Number(status), body: body.trim() }
}

/** The first line that it says of itself; undefined where it is not on this machine. */
export async function findProgram(program: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, args, { timeout: 30_000 })
    return (stdout || stderr).split('\n')[0]
  } catch {
    return undefined
  }
}
