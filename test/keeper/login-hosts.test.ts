/** P-28: whoever may save an app does not choose whom the keeper knocks at. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { secret } from '../../src/values/secret.ts'
import { openScene } from './scene.ts'
import { direct, hostsOf, opened, transportBy, wish } from './transport/kit.ts'
import { openServiceScene } from './service-scene.ts'

/** Something of the inner network, which counts who knocks. */
async function innerService(t: TestContext): Promise<{ readonly port: number; readonly knocks: () => number }> {
  let count = 0
  const server: Server = createServer((socket) => {
    count += 1
    socket.destroy()
  })
  t.after(() => server.close())
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { port: (server.address() as AddressInfo).port, knocks: () => count }
}

const invalid = (words: RegExp) => (error: KeeperError) => {
  equal(error.code, 'INVALID')
  match(`${error.message} ${error.next.join(' ')}`, words)
  return true
}

describe('P-28: a login host', () => {
  test('that is not of Salesforce and not listed is refused, by the name of the setting', async (t) => {
    await using scene = await openScene({ loginHosts: ['127.0.0.1', 'login.internal'] })
    const inner = await innerService(t)
    const save = async (loginUrl: string): Promise<void> =>
      await scene.keeper.saveApp({ name: 'probe', loginUrl, clientId: 'x' })
    for (const loginUrl of ['https://vault.internal', 'https://10.0.0.1', `http://localhost.:${inner.port}`])
      await rejects(save(loginUrl), invalid(/keeper\.loginHosts|no https URL|in the clear/))
    await rejects(save('https://vault.internal'), invalid(/SALLYPORT_KEEPER_LOGIN_HOSTS/))
    await save('https://login.internal')
    await save('https://acme.my.salesforce.com')
    equal(inner.knocks(), 0)
  })

  test('is refused to a tenant over HTTP as well, and the list is of the configuration alone', async () => {
    await using scene = await openServiceScene()
    const body = { login_url: 'https://vault.internal', client_id: 'x' }
    const { status, body: problem } = await scene.ask('/v1/apps/probe', { method: 'PUT', body })
    deepEqual([status, problem.code], [422, 'INVALID'])
    match(problem.next.join(' '), /keeper\.loginHosts/)
  })

  test('of an app that was saved before it was taken from the list is not spoken to any more', async () => {
    await using scene = await openScene()
    const other = await scene.again({ loginHosts: [] })
    await rejects(other.verify('canary'), (error: KeeperError) => {
      equal(error.code, 'NOT_SENT')
      match(error.message, /no host of Salesforce, and keeper\.loginHosts does not list it/)
      return true
    })
    await rejects(other.fetch('canary', '/services/data'), (error: KeeperError) => error.code === 'NOT_SENT')
    equal((await scene.keeper.verify('canary')).generation, 2, 'nothing was spent')
  })
})

describe('P-28: directly, a name is resolved once, and only what was judged is dialled', () => {
  test('a public name that leads into the inner network leads nowhere', async (t) => {
    const inner = await innerService(t)
    const transport = transportBy(direct, { hosts: hostsOf(), resolve: async () => ['127.0.0.1'] })
    const end = await transport.open(wish(inner.port, { host: 'login.salesforce.com' }))
    ok(end.kind === 'not-opened')
    equal(end.stage, 'resolve')
    match(end.why, /login\.salesforce\.com:\d+ is at 127\.0\.0\.1, a loopback address .*keeper\.loginHosts/)
    const tunnel = await transport.tunnel({
      host: 'login.salesforce.com',
      port: inner.port,
      secure: false,
      withinMs: 5000,
    })
    equal(tunnel.ok, false)
    equal(inner.knocks(), 0)
  })

  test('a second answer of the resolver, which might be another one, is never asked for', async (t) => {
    const inner = await innerService(t)
    let asked = 0
    const resolve = async (): Promise<readonly string[]> => [(asked += 1) === 1 ? '127.0.0.1' : '10.0.0.1']
    const transport = transportBy(direct, { hosts: hostsOf('login.internal'), resolve })
    const connection = await opened(transport, wish(inner.port, { host: 'login.internal' }))
    connection.close()
    equal(asked, 1)
  })
})

describe('P-28: an instance', () => {
  test('that is neither of the login host, nor of Salesforce, nor listed is not taken in with a token', async () => {
    await using scene = await openScene({ loginHosts: ['127.0.0.1', 'instance.internal'] })
    const adopt = async (id: string, instanceUrl: string): Promise<unknown> =>
      await scene.keeper.adopt({ id, app: 'nightly', refreshToken: secret('x'), instanceUrl })
    await rejects(adopt('a', 'https://evil.example'), invalid(/keeper\.loginHosts/))
    await rejects(adopt('b', 'http://instance.internal'), invalid(/instance URL/))
    await adopt('c', 'https://instance.internal')
    await adopt('d', 'https://acme.my.salesforce.com')
  })
})
