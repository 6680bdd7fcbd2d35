/** The listener on a loopback redirect URI, with a real keeper and a real org behind it. */
import { equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { openVisitor, type Visitor } from '../browser-flow/visitor.ts'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import type { Connecting } from '../../src/keeper/keeper-face.ts'
import { openLoginScene, walkThrough, type LoginScene } from './login-kit.ts'

type Got = { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }

/** As a browser, or something that is none, comes to the listener. */
async function come(url: string, { method = 'GET', host }: { method?: string; host?: string } = {}): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>()
  request(url, { method, agent: false, ...(host === undefined ? {} : { headers: { host } }) }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
  })
    .on('error', reject)
    .end()
  return await promise
}

describe('the listener on a loopback redirect URI', () => {
  let scene: LoginScene
  let visitor: Visitor
  before(async () => {
    scene = await openLoginScene()
    visitor = openVisitor(scene.org.url)
  })
  after(async () => await scene[Symbol.asyncDispose]())
  const begin = async (id: string): Promise<Connecting> =>
    await scene.keeper.connect('partner', { id, redirectUri: scene.loopback })
  const isClosed = async (): Promise<void> => await rejects(come(scene.loopback), /ECONNREFUSED|ECONNRESET/)

  test('takes the answer, shows a page, and closes', async () => {
    const begun = await begin('one')
    const got = await come(await walkThrough(begun.url, { by: visitor }))
    equal(got.status, 200)
    match(got.body, /one is authorized/)
    match(String(got.headers['content-security-policy']), /^default-src 'none'; .*frame-ancestors 'none'/)
    equal(got.headers['referrer-policy'], 'no-referrer')
    equal(got.headers['cache-control'], 'no-store')
    equal((await begun.done).id, 'one')
    await isClosed()
    equal((await scene.keeper.verify('one')).generation, 2)
  })

  test('closes although the browser keeps a connection in store', { timeout: 5000 }, async () => {
    const begun = await begin('stored')
    const stored = connect(Number(new URL(scene.loopback).port), '127.0.0.1')
    await once(stored, 'connect')
    equal((await come(await walkThrough(begun.url, { by: visitor }))).status, 200)
    stored.resume()
    await once(stored, 'close')
    await isClosed()
  })

  test('is not ended by what is not its answer, e.g. of a page whose name was led to this machine', async () => {
    const begun = await begin('two')
    const callback = await walkThrough(begun.url, { by: visitor })
    const { search } = new URL(callback)
    const { port, origin } = new URL(scene.loopback)
    const cases: [url: string, as: Parameters<typeof come>[1], status: number][] = [
      [callback, { host: `evil.example:${port}` }, 421],
      [callback, { host: `localhost:${port}` }, 421],
      [callback, { method: 'POST' }, 405],
      [`${origin}/other${search}`, {}, 404],
      [`${origin}/`, {}, 404],
      [scene.loopback, {}, 400],
      [`${scene.loopback}?state=${'A'.repeat(43)}&code=x`, {}, 400],
      [`${callback}&state=${'A'.repeat(43)}`, {}, 400],
    ]
    for (const [url, as, status] of cases) equal((await come(url, as)).status, status, url)
    equal((await come(callback)).status, 200)
    await begun.done
  })

  test('listens on loopback alone', async () => {
    const begun = await begin('three')
    const { port } = new URL(scene.loopback)
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal }) => !internal)
    for (const { address } of [...others.filter(({ family }) => family === 'IPv4'), { address: '127.0.0.2' }])
      await rejects(come(`http://${address}:${port}/callback`), /ECONNREFUSED/)
    await begun.cancel()
    await rejects(begun.done, (error: KeeperError) => error.code === 'AUTHORIZATION_OVER')
    await isClosed()
  })

  test('of two answers at once one is taken', async () => {
    const begun = await begin('four')
    const callback = await walkThrough(begun.url, { by: visitor })
    const got = await Promise.allSettled([come(callback), come(callback), come(callback)])
    equal(got.filter((each) => each.status === 'fulfilled' && each.value.status === 200).length, 1)
    equal((await begun.done).generation, 1)
  })

  test('says in words that the port is taken, and the login is over', async () => {
    const squatter = createServer().listen(Number(new URL(scene.loopback).port), '127.0.0.1')
    await once(squatter, 'listening')
    await rejects(begin('five'), (error: KeeperError) => {
      equal(error.code, 'PORT_NOT_FREE')
      match(error.message, /another program listens on it/)
      ok(error.next.some((each) => each.startsWith('ss -ltnp')))
      return true
    })
    squatter.close()
    await once(squatter, 'close')
  })

  test('is closed with the keeper', async () => {
    const keeper = await scene.again()
    await keeper.connect('partner', { id: 'six', redirectUri: scene.loopback })
    await keeper.close()
    await isClosed()
  })
})
