import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import {
  gatewayConfiguration,
  plainCredentials,
  startHealthTarget,
  startTestGateway,
  type GatewayWish,
  type TestGateway,
} from './kit.ts'
import { startEchoOrigin, type Origin } from './origin.ts'
import { connectThrough, type Raw } from './raw-client.ts'

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
