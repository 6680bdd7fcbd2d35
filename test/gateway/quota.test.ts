import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test, type TestContext } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import {
  basic,
  gatewayConfiguration,
  plainCredentials,
  startHealthTarget,
  startTestGateway,
  type GatewayWish,
  type TestGateway,
} from './kit.ts'
import { startEchoOrigin, startOrigin, type Origin } from './origin.ts'
import { connectThrough, openRaw, readHead, type Raw } from './raw-client.ts'

type Plans = NonNullable<GatewayWish['configuration']>['plans']
const smallPlan = (bytes: string, liveTunnels: 'cut' | 'keep' = 'cut'): Plans => [
  { name: 'small', bytes, warnAt: 0.8, graceTo: 1.1, liveTunnels },
]
/** A batch every 50 ms, so that a cut is not waited for. */
const wish = ({ at }: Origin, plans: Plans): GatewayWish => {
  const { username, password } = plainCredentials
  const client = {
    name: 'backend',
    username,
    password: secret(password),
    plan: 'small',
    mayPin: true,
    connections: 100,
  }
  return { allow: [at], configuration: { plans: plans ?? [], clients: [client], meterEvery: '50ms' } }
}

async function open(t: TestContext, plans: Plans) {
  const origin = await startEchoOrigin(t)
  return { origin, gateway: await startTestGateway(t, wish(origin, plans)) }
}

/** There and back: twice as many bytes. */
async function echo(raw: Raw, bytes: number): Promise<void> {
  raw.write(Buffer.alloc(bytes, 1))
  await raw.read(bytes)
}

const used = async ({ admin }: TestGateway): Promise<unknown> =>
  ((await (await admin('/usage')).json()) as { usage: { up: number; down: number }[] }).usage.map(({ up, down }) => [
    up,
    down,
  ])

describe('a plan over real tunnels', () => {
  test('L-82: a live tunnel that passes the hard limit is cut and says so in its record; the next is refused with 429', async (t) => {
    const { origin, gateway } = await open(t, smallPlan('10kB'))
    const { raw } = await connectThrough(gateway, origin.at)
    await echo(raw, 5_000)
    deepEqual(await used(gateway), [[5_000, 5_000]])
    await echo(raw, 500)
    await raw.closed
    await gateway.haveEnded(1)
    const [record] = gateway.tunnels()
    deepEqual(
      [record?.['end'], record?.['why'], record?.['up'], record?.['down']],
      ['cut', 'plan-exhausted', 5_500, 5_500],
    )
    const { reply } = await connectThrough(gateway, origin.at)
    equal(reply.status, 429)
    match(reply.fields.get('proxy-status') ?? '', /sallyport; error=http_request_denied/)
  })

  test('L-81: a plan that is raised by a reload lets the next request through', async (t) => {
    const { origin, gateway } = await open(t, smallPlan('1kB', 'keep'))
    const { raw } = await connectThrough(gateway, origin.at)
    await echo(raw, 1_000)
    await gateway.running.parts.meter.flush()
    equal((await connectThrough(gateway, origin.at)).reply.status, 429)
    await echo(raw, 10) // a tunnel that is kept goes on
    const target = await startHealthTarget(t)
    const { listen, admin } = gateway.configuration
    const raised = gatewayConfiguration(target, wish(origin, smallPlan('1MB')))
    await gateway.running.reload({ ...raised, listen, admin })
    const next = await connectThrough(gateway, origin.at)
    equal(next.reply.status, 200)
    for (const each of [raw, next.raw]) each.socket.destroy()
  })
})

/** Hears the request, and says nothing. */
const startSilent = (t: TestContext): Promise<Origin> => startOrigin(t, (socket) => void socket.resume())

describe('a plan over forwarded requests', () => {
  const upload = ({ at }: Origin): string =>
    `POST http://${at}/ HTTP/1.1\r\nHost: ${at}\r\nProxy-Authorization: ${basic(plainCredentials)}\r\nContent-Length: 100000\r\n\r\n`

  test('L-82: one that passes the hard limit before it is answered is told 429, by whom and why, and that it may have been heard', async (t) => {
    const origin = await startSilent(t)
    const gateway = await startTestGateway(t, wish(origin, smallPlan('10kB')))
    const raw = await openRaw(gateway)
    raw.write(`${upload(origin)}${'x'.repeat(20_000)}`)
    const { status, fields } = await readHead(raw)
    equal(status, 429)
    match(fields.get('proxy-status') ?? '', /^sallyport; error=connection_terminated; details="CUT_BY_PLAN"$/)
    equal(fields.get('retry-after'), undefined, 'nobody is to send it again by a clock')
    match((await raw.rest()).toString(), /Whether .* acted on it cannot be known/)
    await gateway.haveEnded(1)
    const [record] = gateway.tunnels()
    deepEqual([record?.['kind'], record?.['end'], record?.['why']], ['forward', 'cut', 'plan-exhausted'])
    raw.socket.destroy()
  })

  test('L-82: one whose response has begun is broken off', async (t) => {
    const origin = await startOrigin(t, (socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(20_000)}`))
    })
    const gateway = await startTestGateway(t, wish(origin, smallPlan('10kB')))
    const raw = await openRaw(gateway)
    raw.write(`GET http://${origin.at}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(plainCredentials)}\r\n\r\n`)
    equal((await readHead(raw)).status, 200)
    const broken = once(raw.socket, 'error')
    equal((await raw.read(20_000)).length, 20_000)
    const [error] = (await broken) as [NodeJS.ErrnoException]
    equal(error.code, 'ECONNRESET', 'it cannot be taken for the whole')
    await gateway.haveEnded(1)
    equal(gateway.tunnels()[0]?.['why'], 'plan-exhausted')
  })

  test('one that waits for its response at the drain deadline is told 503', async (t) => {
    const origin = await startSilent(t)
    const configuration = { ...wish(origin, smallPlan('1GB')).configuration, deadlines: { drain: '200ms' } }
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration })
    const raw = await openRaw(gateway)
    raw.write(upload(origin))
    while (origin.sources.length === 0) await new Promise(setImmediate)
    const closing = gateway.close()
    const { status, fields } = await readHead(raw)
    equal(status, 503)
    match(fields.get('proxy-status') ?? '', /details="CUT_BY_DRAIN"/)
    await closing
    raw.socket.destroy()
  })

  test('one whose egress is taken out of the set is told 503 once the time of the others is over', async (t) => {
    const origin = await startSilent(t)
    const configuration = { ...wish(origin, smallPlan('1GB')).configuration, deadlines: { drain: '200ms' } }
    const gateway = await startTestGateway(t, { allow: [origin.at], configuration })
    const raw = await openRaw(gateway)
    raw.write(upload(origin))
    while (origin.sources.length === 0) await new Promise(setImmediate)
    const egress = gateway.configuration.egress.filter(
      ({ name }) => name !== (origin.sources[0] === '127.0.0.11' ? 'a' : 'b'),
    )
    await gateway.running.reload({ ...gateway.configuration, egress })
    const { status, fields } = await readHead(raw)
    equal(status, 503)
    match(fields.get('proxy-status') ?? '', /details="CUT_BY_REMOVAL"/)
    raw.socket.destroy()
  })
})

async function nextMillisecond(): Promise<number> {
  const now = Date.now()
  while (Date.now() === now) await new Promise(setImmediate)
  return Date.now()
}

describe('the admin API over real egresses', () => {
  const statesOf = async (response: Response) =>
    ((await response.json()) as { egress: { name: string; state: string }[] }).egress.map(({ name, state }) => [name, state])
  const unused = async ({ admin }: TestGateway, egress: string, since: number) =>
    ((await (await admin(`/egress/${egress}/usage?since=${since}`)).json()) as { unused: boolean }).unused

  test('P-44: after the reply to a drain no tunnel leaves by that address, and use of it can be shown to be none', async (t) => {
    const { origin, gateway } = await open(t, smallPlan('1GB'))
    const before = await connectThrough(gateway, origin.at)
    await echo(before.raw, 10)
    await gateway.running.parts.meter.flush() // what was used until now is known by now
    deepEqual(await statesOf(await gateway.admin('/egress/a/drain', { method: 'POST' })), [['a', 'draining'], ['b', 'up']])
    const drainedAt = await nextMillisecond()
    const seen = origin.sources.length
    for (let i = 0; i < 10; i += 1) (await connectThrough(gateway, origin.at)).raw.socket.destroy()
    deepEqual(new Set(origin.sources.slice(seen)), new Set(['127.0.0.12']))
    before.raw.socket.destroy()
    await gateway.haveEnded(11)
    deepEqual([await unused(gateway, 'a', drainedAt), await unused(gateway, 'b', drainedAt)], [true, false])
    ok((await statesOf(await gateway.admin('/egress/a/resume', { method: 'POST' }))).length === 2)
  })

  test('an egress that is added is probed, and carries tunnels', async (t) => {
    const { origin, gateway } = await open(t, smallPlan('1GB'))
    const { headers } = await gateway.admin('/egress')
    const added = await gateway.admin('/egress', {
      method: 'PUT',
      headers: { 'if-match': headers.get('etag') ?? '' },
      body: JSON.stringify({ add: [{ name: 'c', address: '127.0.0.13' }], drain: ['a', 'b'] }),
    })
    equal(added.status, 200)
    deepEqual((await statesOf(added)).map(([name]) => name), ['a', 'b', 'c'])
    await gateway.running.parts.pool.probeNow()
    const { raw, reply } = await connectThrough(gateway, origin.at)
    equal(reply.status, 200)
    deepEqual(origin.sources, ['127.0.0.13'])
    raw.socket.destroy()
  })
}) // prettier-ignore
