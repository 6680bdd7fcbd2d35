/** Each request on a connection that its client keeps is judged as if it were the first: destination, plan, credentials and egress. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import type { GatewayConfiguration } from '../../src/gateway/configuration.ts'
import { basic, plainCredentials, startTestGateway, type GatewayWish, type TestGateway } from './kit.ts'
import { startOrigin, type Origin } from './origin.ts'
import { openRaw, readHead, type Raw, type Reply } from './raw-client.ts'

/** Answers each request, and keeps its connections. */
const startHttp = (t: TestContext): Promise<Origin> =>
  startOrigin(t, (socket) => {
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    socket.on('end', () => socket.end())
  })

/** One more request on this connection. */
async function get(raw: Raw, { at }: Pick<Origin, 'at'>, ...fields: string[]): Promise<Reply> {
  const lines = [
    `GET http://${at}/ HTTP/1.1`,
    `Host: ${at}`,
    `Proxy-Authorization: ${basic(plainCredentials)}`,
    ...fields,
  ]
  raw.write(`${lines.join('\r\n')}\r\n\r\n`)
  const head = await readHead(raw)
  return { ...head, body: (await raw.read(Number(head.fields.get('content-length') ?? 0))).toString() }
}

type Kept = { readonly gateway: TestGateway; readonly origin: Origin; readonly raw: Raw }

/** A client connection that has carried two requests over one connection to the destination. */
async function keep(t: TestContext, wish: GatewayWish = {}, ...fields: string[]): Promise<Kept> {
  const origin = await startHttp(t)
  const gateway = await startTestGateway(t, { ...wish, allow: [origin.at] })
  const raw = await openRaw(gateway)
  t.after(() => void raw.socket.destroy())
  for (let n = 0; n < 2; n += 1) equal((await get(raw, origin, ...fields)).status, 200)
  equal(origin.sources.length, 1, 'it is shared as long as nothing has changed')
  return { gateway, origin, raw }
}

const nameOf = (source: string | undefined): 'a' | 'b' => (source === '127.0.0.11' ? 'a' : 'b')
const other = (source: string | undefined): string => (source === '127.0.0.11' ? '127.0.0.12' : '127.0.0.11')
const post = { method: 'POST', body: '{}' } as const

async function reload({ running, configuration }: TestGateway, changed: Partial<GatewayConfiguration>): Promise<void> {
  await running.reload({ ...configuration, ...changed })
}

describe('a further request on a kept connection', () => {
  test('leaves by another egress at once when its own is drained, and by the same connection until then', async (t) => {
    const { gateway, origin, raw } = await keep(t)
    const [first] = origin.sources
    equal((await gateway.admin(`/egress/${nameOf(first)}/drain`, post)).status, 200)
    equal((await get(raw, origin)).status, 200)
    deepEqual(origin.sources, [first, other(first)])
  })

  test('leaves by another egress when its own is taken out of the set, or declared anew', async (t) => {
    const { gateway, origin, raw } = await keep(t)
    const [first] = origin.sources
    await reload(gateway, { egress: gateway.configuration.egress.filter(({ name }) => name !== nameOf(first)) })
    equal((await get(raw, origin)).status, 200)
    await reload(gateway, { egress: [{ name: nameOf(other(first)), address: '127.0.0.13', confirm: 'on' }] })
    equal((await get(raw, origin)).status, 200)
    deepEqual(origin.sources, [first, other(first), '127.0.0.13'])
  })

  test('is refused where it is pinned to an egress that is drained', async (t) => {
    const { gateway, origin, raw } = await keep(t, {}, 'Sallyport-Egress: a')
    await gateway.admin('/egress/a/drain', post)
    const refused = await get(raw, origin, 'Sallyport-Egress: a')
    equal(refused.status, 503)
    match(refused.fields.get('proxy-status') ?? '', /PINNED_EGRESS_DOWN/)
    equal(origin.sources.length, 1)
  })

  test('P-42: leaves by the address that the allowlist is now known to hold', async (t) => {
    const { gateway, origin, raw } = await keep(t)
    const [first] = origin.sources
    const told = { destination: origin.at, confirmed: [nameOf(other(first))], refused: [nameOf(first)] }
    await reload(gateway, { admitted: [told] })
    equal((await get(raw, origin)).status, 200)
    deepEqual(origin.sources, [first, other(first)])
    // and where no address is any better, it stays
    await reload(gateway, { admitted: [{ ...told, confirmed: [], refused: ['a', 'b'] }] })
    equal((await get(raw, origin)).status, 200)
    equal(origin.sources.length, 2)
  })

  test('is refused when its destination is allowed no longer', async (t) => {
    const { gateway, origin, raw } = await keep(t)
    await reload(gateway, { allow: ['a.example:443'] })
    const refused = await get(raw, origin)
    equal(refused.status, 403)
    match(refused.fields.get('proxy-status') ?? '', /ADDRESS_PROHIBITED/) // a literal address that no rule lifts
  })

  test('L-82: is refused when the plan has run out, though live tunnels may go on', async (t) => {
    const { username, password } = plainCredentials
    const client = {
      name: 'backend',
      username,
      password: secret(password),
      plan: 'small',
      mayPin: true,
      connections: 9,
    }
    const plan = { name: 'small', bytes: '1MB', warnAt: 0.8, graceTo: 1, liveTunnels: 'keep' as const }
    const wish = { configuration: { clients: [client], plans: [plan] } }
    const { gateway, origin, raw } = await keep(t, wish)
    await gateway.running.parts.meter.flush()
    await reload(gateway, { plans: [{ ...plan, bytes: '1B' }] })
    const refused = await get(raw, origin)
    equal(refused.status, 429)
    match(refused.fields.get('proxy-status') ?? '', /PLAN_EXHAUSTED/)
  })

  test('is refused when its credentials are no longer right, and when its client may pin no longer', async (t) => {
    const { gateway, origin, raw } = await keep(t, {}, 'Sallyport-Egress: a')
    const [client] = gateway.configuration.clients
    ok(client)
    await reload(gateway, { clients: [{ ...client, mayPin: false }] })
    equal((await get(raw, origin, 'Sallyport-Egress: a')).status, 403)
    const second = await openRaw(gateway)
    equal((await get(second, origin)).status, 200)
    await reload(gateway, { clients: [{ ...client, password: secret('another') }] })
    equal((await get(second, origin)).status, 407)
    second.socket.destroy()
  })

  test('to another destination counts as one connection, though its client has no more than one', async (t) => {
    const { username, password } = plainCredentials
    const client = { name: 'backend', username, password: secret(password), mayPin: true, connections: 1 }
    const [one, two] = [await startHttp(t), await startHttp(t)]
    const gateway = await startTestGateway(t, { allow: [one.at, two.at], configuration: { clients: [client] } })
    const raw = await openRaw(gateway)
    for (const origin of [one, two, one]) equal((await get(raw, origin)).status, 200)
    raw.socket.destroy()
  })
})
