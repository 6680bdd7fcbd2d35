import { deepEqual, equal, match } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { checkKeeper } from '../../src/cli/doctor/keeper.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { loadConfiguration, type Loaded } from '../../src/config/load.ts'
import { fault } from '../../src/values/result.ts'
import { secret } from '../../src/values/secret.ts'
import { openService } from '../keeper/service-scene.ts'
import { emptyFolder } from './command.ts'

const free = { SALLYPORT_KEEPER_LISTEN: '127.0.0.1:0' }
const parts = { random: (count: number): Uint8Array => randomBytes(count), clock: () => 0 }

/** As if nothing but the environment said anything. */
function loadedIn(folder: string, environment: Readonly<Record<string, string>>): Loaded {
  const loaded = loadConfiguration({
    environment: { SALLYPORT_STORAGE: `sqlite:${folder}`, ...free, ...environment },
    readFile: () => fault('does not exist'),
    workingDirectory: folder,
  })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.fault))
  return loaded.value
}

const examine = async (
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly Finding[]> => await checkKeeper(loadedIn(folder, environment), parts)

const lines = (findings: readonly Finding[]): string[] => findings.map(({ check, state }) => `${state} ${check}`)
const failures = (findings: readonly Finding[]): string => {
  const bad = findings.filter(({ state }) => state === 'fail')
  equal(
    bad.every(({ next }) => next.length > 0),
    true,
    'each says what to do',
  )
  return bad.map(({ check, says }) => `${check}: ${says}`).join('\n')
}

/** What a keeper left that ran once, with one app. */
async function usedVault(t: TestContext): Promise<string> {
  const folder = await emptyFolder(t)
  const service = await openService(folder, {
    apps: [{ name: 'nightly', loginUrl: 'https://login.salesforce.com', clientId: 'abc', clientSecret: secret('def') }],
  })
  await service.close()
  return folder
}

describe('what the doctor finds of a keeper', () => {
  test('is nothing where there is none', async (t) => deepEqual(await examine(await emptyFolder(t)), []))

  test('is that everything can be made, before the first start, and nothing is', async (t) => {
    const folder = await emptyFolder(t)
    const findings = await examine(folder, { SALLYPORT_KEEPER_DIRECT: 'true' })
    deepEqual(lines(findings), ['ok vault', 'ok keyring', 'ok spool', 'ok keeper way out'])
    equal(existsSync(join(folder, 'keyring.json')), false)
  })

  test('is that a vault opens, with the keyring for it', async (t) => {
    const findings = await examine(await usedVault(t))
    deepEqual([lines(findings), failures(findings)], [['ok vault', 'ok keyring', 'ok spool'], ''])
    match(findings.map(({ says }) => says).join('\n'), /holds 0 connections[^]*every key that the vault needs/)
  })

  test('is a keyring that others may read', async (t) => {
    const folder = await usedVault(t)
    await chmod(join(folder, 'keyring.json'), 0o644)
    match(failures(await examine(folder)), /^keyring: .*may be read by others/)
  })

  test('is a keyring that is gone, or another one, where the vault holds secrets', async (t) => {
    const folder = await usedVault(t)
    await rm(join(folder, 'keyring.json'))
    match(failures(await examine(folder)), /^keyring: There is no keyring at/)
    const env = { SALLYPORT_KEEPER_KEYRING: '{ env: PATH }' } // set, and no keyring
    match(failures(await examine(folder, env)), /^keyring: PATH /)
  })

  test('is a vault that is none', async (t) => {
    const folder = await emptyFolder(t)
    await writeFile(join(folder, 'keeper.db'), 'not a database, but a page of text that somebody put here')
    match(failures(await examine(folder)), /^vault: .*cannot be read as a vault/)
  })

  test('L-70: is that nothing says by which way calls leave', async (t) => {
    const apps = '[{ name: nightly, loginUrl: "https://login.salesforce.com", clientId: abc }]'
    match(
      failures(await examine(await emptyFolder(t), { SALLYPORT_KEEPER_APPS: apps })),
      /^keeper way out: nothing says/,
    )
  })

  test('is a proxy that does not answer, without its password', async (t) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const proxy = `http://app:hunter2@127.0.0.1:${port}`
    const says = failures(await examine(await emptyFolder(t), { SALLYPORT_KEEPER_PROXY: proxy }))
    match(says, /^keeper way out: the proxy of keeper\.proxy, 127\.0\.0\.1:\d+, does not answer \(ECONNREFUSED\)$/)
  })

  test('is whether a keeper answers where another program may listen', async (t) => {
    const folder = await emptyFolder(t)
    const service = await openService(folder)
    t.after(async () => await service.close())
    const env = { SALLYPORT_KEEPER_LISTEN: new URL(service.url).host }
    const found = await examine(folder, env)
    deepEqual([lines(found).at(-1), failures(found)], ['ok keeper port', ''])
    const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')).listen(
      0,
      '127.0.0.1',
    )
    t.after(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await rm(join(folder, 'keeper-token'))
    match(
      failures(await examine(folder, { SALLYPORT_KEEPER_LISTEN: `127.0.0.1:${port}` })),
      /^keeper port: There is no token in/,
    )
  })
})
