import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { bentStore, openGatewayStore, rows, type Fate } from '../../../test/gateway/store.ts'
import { client, midNovember, noLimits, openMetered, tunnelOf, type Metered } from '../../../test/gateway/metered.ts'
import { after, instant, milliseconds, seconds } from '../../values/time.ts'
import type { LimitsConfiguration } from '../rules/client/plans.ts'

const usageRows = async (storage: Awaited<ReturnType<typeof openGatewayStore>>) =>
  await rows(storage, 'SELECT month, client, egress, up, down, tunnels FROM usage ORDER BY month, client, egress')

const limited = (about: Partial<LimitsConfiguration['plans'][number]> = {}): LimitsConfiguration => ({
  plans: [{ name: 'small', bytes: '1000', warnAt: 0.8, graceTo: 1.1, liveTunnels: 'cut', ...about }],
  clients: [
    { name: 'app', plan: 'small', connections: 10 },
    { name: 'other', connections: 2, tunnelsPerMinute: 3 },
  ],
})

const open = async (t: TestContext, about: Parameters<typeof openMetered>[1] = {}) => {
  const storage = await openGatewayStore(t)
  const metered = await openMetered(storage, about)
  t.after(() => metered.meter.close())
  return { storage, metered, meter: metered.meter }
}

function start({ meter, now }: Metered, name: string, egress = 'a') {
  const permitted = meter.permit(client(name))
  if (!permitted.ok) return permitted.fault.code
  const tunnel = tunnelOf(name, egress, now)
  meter.started(tunnel)
  return tunnel
}
function opened(metered: Metered, name: string, egress = 'a') {
  const tunnel = start(metered, name, egress)
  if (typeof tunnel === 'string') throw new Error(`refused: ${tunnel}`)
  return tunnel
}
const code = ({ meter }: Metered, name: string): string => {
  const permitted = meter.permit(client(name))
  if (!permitted.ok) return permitted.fault.code
  meter.release(client(name))
  return 'permitted'
}

describe('counting', () => {
  test('L-82: the bytes of a live tunnel are in the usage before it ends', async (t) => {
    const { storage, metered, meter } = await open(t)
    const tunnel = opened(metered, 'app')
    tunnel.up = 10
    tunnel.down = 20
    await meter.flush()
    deepEqual(await usageRows(storage), [
      { month: '2026-11', client: 'app', egress: 'a', up: 10, down: 20, tunnels: 1 },
    ])
    tunnel.down = 25
    meter.ended(tunnel, { kind: 'closed' })
    tunnel.down = 1000 // nothing is heard of it any more
    meter.ended(tunnel, { kind: 'closed' })
    await meter.flush()
    deepEqual(await usageRows(storage), [
      { month: '2026-11', client: 'app', egress: 'a', up: 10, down: 25, tunnels: 1 },
    ])
  })

  test('clients and egresses are counted apart', async (t) => {
    const { metered, meter } = await open(t)
    for (const [name, egress] of [
      ['app', 'a'],
      ['app', 'b'],
      ['other', 'a'],
      ['app', 'a'],
    ] as const)
      opened(metered, name, egress).up = 5
    const usage = await meter.usage({})
    deepEqual(
      usage.map(({ client: name, egress, up, tunnels }) => [name, egress, up, tunnels]),
      [['app', 'a', 10, 2], ['app', 'b', 5, 1], ['other', 'a', 5, 1]],
    ) // prettier-ignore
    deepEqual((await meter.usage({ client: 'other' })).length, 1)
    deepEqual(await meter.usage({ month: '2026-10' }), [])
  })

  test('a flush with nothing to tell writes nothing', async (t) => {
    const storage = await openGatewayStore(t)
    let written = 0
    const metered = await openMetered(bentStore(storage, () => ((written += 1), 'committed')))
    await metered.meter.flush()
    const tunnel = opened(metered, 'app')
    tunnel.up = 1
    await metered.meter.flush()
    await metered.meter.flush()
    await metered.meter.close()
    equal(written, 1)
  })

  test('the month turns over at UTC with live tunnels, each byte in its own', async (t) => {
    const { storage, metered, meter } = await open(t, { now: instant('2026-11-30T23:59:59.000Z'), limits: limited() })
    const tunnel = opened(metered, 'app')
    tunnel.up = 1100
    await meter.flush()
    equal(meter.plans()[0]?.state, 'hard')
    tunnel.up = 1107
    metered.now = instant('2026-12-01T00:00:00.000Z')
    equal(code(metered, 'app'), 'permitted', 'a new month has its whole volume')
    tunnel.up = 1110
    await meter.flush()
    deepEqual(await usageRows(storage), [
      { month: '2026-11', client: 'app', egress: 'a', up: 1107, down: 0, tunnels: 1 },
      { month: '2026-12', client: 'app', egress: 'a', up: 3, down: 0, tunnels: 0 },
    ])
    equal(meter.plans()[0]?.usedBytes, 3)
  })

  test('a batch that is under way when the month ends is no use of the new month', async (t) => {
    const storage = await openGatewayStore(t)
    const held: (() => void)[] = []
    const slow = { ...storage, read: storage.read.bind(storage), write: async (...call: Parameters<typeof storage.write>) => {
      await new Promise<void>((resolve) => held.push(resolve))
      return await storage.write(...call)
    } } // prettier-ignore
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same writes, later
    const metered = await openMetered(slow as typeof storage, { now: instant('2026-11-30T23:59:59Z') })
    const tunnel = opened(metered, 'app')
    tunnel.up = 100
    const flushing = metered.meter.flush()
    await new Promise(setImmediate)
    metered.now = instant('2026-12-01T00:00:01Z')
    tunnel.up = 101
    equal(metered.meter.plans()[0]?.usedBytes, 100, 'nothing has asked yet')
    equal(code(metered, 'app'), 'permitted')
    held.shift()?.()
    await flushing
    equal(metered.meter.plans()[0]?.usedBytes, 0, 'what came until the end was found is of the old month')
  })
})

describe('a store that does not take batches', () => {
  for (const fate of ['failed', 'dropped', 'unknown', 'lost'] as const)
    test(`P-44: after a write that was ${fate}, everything is stored once`, async (t) => {
      const storage = await openGatewayStore(t)
      let now: Fate = 'committed'
      const metered = await openMetered(bentStore(storage, () => now))
      const tunnel = opened(metered, 'app')
      tunnel.up = 10
      now = fate
      await metered.meter.flush()
      tunnel.up = 15
      deepEqual((await metered.meter.usage({})).map(({ up }) => up), [15], 'usage knows what is not stored')
      equal(metered.meter.unstoredBytes(), 15)
      now = 'committed'
      await metered.meter.flush()
      deepEqual(await usageRows(storage), [{ month: '2026-11', client: 'app', egress: 'a', up: 15, down: 0, tunnels: 1 }])
      equal(metered.meter.unstoredBytes(), 0)
      deepEqual(metered.logged.map(({ event }) => event), ['usage-not-stored', 'usage-stored-again'])
    }) // prettier-ignore

  test('what cannot be stored at the end is said to be lost', async (t) => {
    const metered = await openMetered(bentStore(await openGatewayStore(t), () => 'failed'))
    opened(metered, 'app').up = 10
    await metered.meter.close()
    deepEqual(metered.logged.at(-1), { event: 'usage-lost', fields: { bytes: 10, why: 'the store took no batch' } })
  })

  test('use of before a restart counts to the plan', async (t) => {
    const { storage, metered, meter } = await open(t, { limits: limited() })
    opened(metered, 'app').up = 1100
    await meter.close()
    const again = await openMetered(storage, { limits: limited() })
    equal(code(again, 'app'), 'PLAN_EXHAUSTED')
  })

  test('what another process has stored counts to the plan with the next batch', async (t) => {
    const { storage, metered } = await open(t, { limits: limited() })
    const other = await openMetered(storage, { limits: limited() })
    opened(other, 'app').up = 1095
    await other.meter.flush()
    const tunnel = opened(metered, 'app')
    tunnel.up = 5
    await metered.meter.flush()
    equal(code(metered, 'app'), 'PLAN_EXHAUSTED')
    deepEqual(tunnel.cuts, ['plan-exhausted'])
  })
})

describe('plans', () => {
  test('L-82: a tunnel that was opened before the hard limit is cut when it passes it, once', async (t) => {
    const { metered, meter } = await open(t, { limits: limited() })
    const tunnel = opened(metered, 'app')
    const bystander = opened(metered, 'other')
    tunnel.down = 1099
    await meter.flush()
    deepEqual(tunnel.cuts, [])
    tunnel.down = 1100
    await meter.flush()
    await meter.flush()
    deepEqual([tunnel.cuts, bystander.cuts], [['plan-exhausted'], []])
    const states = metered.logged.map(({ fields }) => fields['state'])
    deepEqual(states, ['soft', 'hard'])
  })

  test('a tunnel that has no relay yet is cut as soon as it has', async (t) => {
    const { metered, meter } = await open(t, { limits: limited() })
    const tunnel = opened(metered, 'app')
    const { cut } = tunnel
    tunnel.cut = undefined
    tunnel.up = 2000
    await meter.flush()
    tunnel.cut = cut
    await meter.flush()
    deepEqual(tunnel.cuts, ['plan-exhausted'])
  })

  test('where live tunnels are kept, only new ones are refused', async (t) => {
    const { metered, meter } = await open(t, { limits: limited({ liveTunnels: 'keep' }) })
    const tunnel = opened(metered, 'app')
    tunnel.up = 5000
    await meter.flush()
    deepEqual(tunnel.cuts, [])
    equal(code(metered, 'app'), 'PLAN_EXHAUSTED')
  })

  test('a refusal says what was used, of what', async (t) => {
    const { metered, meter } = await open(t, { limits: limited() })
    opened(metered, 'app').up = 1200
    await meter.flush()
    const refused = meter.permit(client('app'))
    deepEqual(refused, {
      ok: false,
      fault: { code: 'PLAN_EXHAUSTED', saw: { client: 'app', plan: 'small', used: 1200, limit: 1000 } },
    })
  })

  test('L-81: a plan that is raised lets the very next request through', async (t) => {
    const { metered, meter } = await open(t, { limits: limited() })
    opened(metered, 'app').up = 1200
    await meter.flush()
    equal(code(metered, 'app'), 'PLAN_EXHAUSTED')
    metered.limits = limited({ bytes: '2000' })
    equal(code(metered, 'app'), 'permitted')
    metered.limits = noLimits('app')
    equal(code(metered, 'app'), 'permitted')
    deepEqual(meter.plans(), [
      { client: 'app', plan: undefined, limitBytes: undefined, usedBytes: 1200, state: 'within' },
    ])
  })
})

describe('connections and rate', () => {
  test('a permission counts as a connection until it is given back or its tunnel has ended', async (t) => {
    const { metered, meter } = await open(t, { limits: limited() })
    const tunnel = opened(metered, 'other')
    equal(meter.permit(client('other')).ok, true)
    equal(start(metered, 'other'), 'CONNECTIONS_EXHAUSTED')
    meter.release(client('other'))
    meter.ended(tunnel, { kind: 'closed' })
    equal(start(metered, 'app') === 'CONNECTIONS_EXHAUSTED', false)
    equal(code(metered, 'other'), 'permitted')
  })

  test('more tunnels a minute than allowed are refused until time has passed', async (t) => {
    const { metered } = await open(t, { limits: limited() })
    deepEqual(Array.from({ length: 4 }, () => code(metered, 'other')), ['permitted', 'permitted', 'permitted', 'RATE_EXCEEDED']) // prettier-ignore
    metered.monotonic += 19_999
    equal(code(metered, 'other'), 'RATE_EXCEEDED')
    metered.monotonic += 1
    equal(code(metered, 'other'), 'permitted')
    equal(code(metered, 'other'), 'RATE_EXCEEDED')
  })

  test('a client that was taken out of the configuration is not let in', async (t) => {
    const { metered } = await open(t, { limits: limited() })
    metered.limits = noLimits('app')
    equal(code(metered, 'other'), 'CREDENTIALS_WRONG')
  })
})

describe('hours by egress', () => {
  test('carry the destination group and the instant of the last use', async (t) => {
    const { storage, metered, meter } = await open(t)
    const tunnel = opened(metered, 'app', 'old')
    metered.now = after(midNovember, seconds(90))
    tunnel.up = 7
    await meter.flush()
    metered.now = after(midNovember, milliseconds(3_600_000))
    tunnel.up = 8
    await meter.flush()
    const hour = Math.floor(midNovember / 3_600_000)
    const place = { egress: 'old', destination: '*.salesforce.com:443', down: 0 }
    deepEqual(await rows(storage, 'SELECT * FROM egress_hours ORDER BY hour'), [
      { ...place, hour, up: 7, tunnels: 1, last_used_at: midNovember + 90_000 },
      { ...place, hour: hour + 1, up: 1, tunnels: 0, last_used_at: midNovember + 3_600_000 },
    ])
  })
})
