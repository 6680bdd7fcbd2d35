/** Where a webhook goes: to the address that was judged, and to no other (P-28). */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { describe, test, type TestContext } from 'node:test'
import type { Keeper } from '../../src/keeper/keeper-face.ts'
import type { WebhookWish } from '../../src/keeper/webhook-face.ts'
import { secret } from '../../src/values/secret.ts'
import { adopt, openVault, portOf, startReceiver, webhook, type Receiver } from './webhook-kit.ts'

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')

type Name = { asked: number; readonly answers: readonly (readonly string[])[] }

/** The n-th question gets the n-th answer. */
async function keeperWith(t: TestContext, name: Name, wish: WebhookWish): Promise<Keeper> {
  const resolve = async (): Promise<readonly string[]> => await Promise.resolve(name.answers[name.asked++] ?? [])
  const vault = await openVault(t)
  return await vault.open({ webhooks: [wish], ca: [fixture('loopback-ca.pem')], environment: { resolve } })
}

const named = ({ url }: Pick<Receiver, 'url'>, about: Partial<WebhookWish> = {}): WebhookWish =>
  webhook({ url: url.replace('127.0.0.1', 'org.test') }, about)

async function startSecure(t: TestContext): Promise<{ readonly url: string; readonly hosts: string[] }> {
  const hosts: string[] = []
  const pair = { cert: fixture('loopback-certificate.pem'), key: fixture('loopback-key.pem') }
  const server = createServer(pair, (request, response) => {
    hosts.push(String(request.headers.host))
    response.writeHead(200).end()
  })
  const port = await portOf(server)
  t.after(() => server.close())
  return { url: `https://127.0.0.1:${port}/`, hosts }
}

describe('the host of a webhook', () => {
  test('P-28: is resolved once an attempt, and dialled at what was judged', async (t) => {
    const receiver = await startReceiver(t)
    const name = { asked: 0, answers: [['127.0.0.1'], ['169.254.169.254']] }
    const keeper = await keeperWith(t, name, named(receiver))
    deepEqual(await keeper.webhooks.test({ name: 'pager' }), { delivered: true, status: 204 })
    equal(name.asked, 1, 'a second answer would have been another address')
    match(String(receiver.received[0]?.headers.host), /^org\.test:\d+$/)
    const again = await keeper.webhooks.test({ name: 'pager' })
    match(
      'why' in again ? again.why : '',
      /169\.254\.169\.254, the metadata service of this cloud .*: never a webhook's/,
    )
    equal(receiver.received.length, 1)
  })

  test('P-28: at a private address is refused unless that is allowed, and nobody is dialled', async (t) => {
    const secure = await startSecure(t)
    const name = { asked: 0, answers: [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['64:ff9b::7f00:1']] }
    const keeper = await keeperWith(t, name, named(secure, { allowPrivate: false }))
    const whys: string[] = []
    for (const _ of name.answers) {
      const tested = await keeper.webhooks.test({ name: 'pager' })
      whys.push('why' in tested ? tested.why : 'delivered')
    }
    const [loopback = '', mixed = '', translated = ''] = whys
    match(loopback, /127\.0\.0\.1, a loopback address .*; allowPrivate would let it go there$/)
    match(mixed, /10\.0\.0\.1, a private address/)
    match(translated, /a NAT64 address .* for 127\.0\.0\.1, a loopback address/)
    deepEqual(secure.hosts, [])
    await rejects(
      keeperWith(t, name, webhook({ url: 'http://hooks.example.com/' }, { allowPrivate: false })),
      /is http/,
    )
    await rejects(keeperWith(t, name, webhook({ url: 'https://me:pass@hooks.example.com/' })), (error: Error) => {
      equal(error.message.includes('pass@'), false)
      match(error.message, /has credentials in it/)
      return true
    })
  })

  test('is held against its certificate by name, whatever address it has', async (t) => {
    const secure = await startSecure(t)
    const good = await keeperWith(t, { asked: 0, answers: [['127.0.0.1']] }, named(secure))
    deepEqual(await good.webhooks.test({ name: 'pager' }), { delivered: true, status: 200 })
    const url = secure.url.replace('127.0.0.1', 'other.test')
    const bad = await keeperWith(t, { asked: 0, answers: [['127.0.0.1']] }, webhook({ url }))
    const tested = await bad.webhooks.test({ name: 'pager' })
    match(
      'why' in tested ? tested.why : '',
      /^TLS with other\.test:\d+ failed: .*(altnames|ERR_TLS_CERT_ALTNAME_INVALID)/i,
    )
    equal(secure.hosts.length, 1)
  })

  test('is told by what failed when it has no address, or nobody listens there', async (t) => {
    const receiver = await startReceiver(t)
    const keeper = await keeperWith(t, { asked: 0, answers: [[], ['127.0.0.9']] }, named(receiver))
    const none = await keeper.webhooks.test({ name: 'pager' })
    match('why' in none ? none.why : '', /org\.test:\d+ has no address that can be dialled/)
    const refused = await keeper.webhooks.test({ name: 'pager' })
    match('why' in refused ? refused.why : '', /org\.test:\d+ was not reached: ECONNREFUSED/)
  })
})

test('P-28: a webhook leaves directly, also where everything else goes through a proxy', async (t) => {
  const receiver = await startReceiver(t)
  const vault = await openVault(t)
  const proxy = secret('http://127.0.0.1:9')
  const keeper = await vault.open({ webhooks: [webhook(receiver)], proxy })
  await adopt(keeper, 'canary')
  equal(await keeper.webhooks.deliver(), 1)
  equal(receiver.received.length, 1)
})
