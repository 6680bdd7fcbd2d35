import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { openOrgStore, start, type OrgStore, type TestWrites } from '../../test/org-parts/store.ts'
import type { Storage } from '../storage/storage.ts'
import { instant, minutes } from '../values/time.ts'
import { openMonitor, type Monitor } from './monitor.ts'
import { openRecordIds } from './store/record-ids.ts'

type Watched = OrgStore & { readonly monitor: Monitor; now: number; trouble: 'none' | 'fails' }

/** A monitor over a real store whose batches can be made to fail. */
async function watch(t: TestContext): Promise<Watched> {
  const store = await openOrgStore(t)
  const failing: Storage<TestWrites> = {
    ...{ engine: store.storage.engine, read: (program) => store.storage.read(program) },
    ...{ backup: (path) => store.storage.backup(path), close: () => store.storage.close() },
    async write(name, input, terms) {
      if (name !== 'recordUse' || watched.trouble === 'none') return await store.storage.write(name, input, terms)
      await Promise.resolve()
      return { kind: 'failed', cause: new Error('no room') }
    },
  }
  const clock = () => instant(watched.now)
  const monitor = openMonitor({ storage: failing, clock, recordIds: openRecordIds(0) })
  const watched: Watched = { ...store, monitor, now: start, trouble: 'none' }
  return watched
}
const uses = (w: Watched) => w.rows('SELECT app, address, redemptions, refusals FROM address_use ORDER BY address')
const junk = (w: Watched) => w.rows('SELECT minute, source_ip, kind, count FROM junk ORDER BY kind, source_ip')
const minute = Math.floor(start / 60_000)

describe('IP monitoring', () => {
  test('counts by app and address, and writes nothing before it is told to', async (t) => {
    const w = await watch(t)
    w.monitor.saw('Billing', '192.0.2.1', 'redemption')
    w.monitor.saw('Billing', '192.0.2.1', 'redemption')
    w.monitor.saw('Billing', '192.0.2.1', 'refusal')
    w.monitor.saw('Billing', '192.0.2.2', 'refusal')
    deepEqual(await uses(w), [])
    await w.monitor.flush()
    const counted = [
      { app: 'Billing', address: '192.0.2.1', redemptions: 2, refusals: 1 },
      { app: 'Billing', address: '192.0.2.2', redemptions: 0, refusals: 1 },
    ]
    deepEqual(await uses(w), counted)
    await w.monitor.flush()
    deepEqual(await uses(w), counted, 'written once')
  })

  test('P-11: junk is counted by minute, source and kind', async (t) => {
    const w = await watch(t)
    for (let n = 0; n < 1000; n += 1) w.monitor.junk('token', '192.0.2.1')
    w.monitor.junk('client', '192.0.2.1')
    w.now += 60_000
    w.monitor.junk('token', '192.0.2.1')
    await w.monitor.flush()
    deepEqual(await junk(w), [
      { minute, source_ip: '192.0.2.1', kind: 'client', count: 1 },
      { minute, source_ip: '192.0.2.1', kind: 'token', count: 1000 },
      { minute: minute + 1, source_ip: '192.0.2.1', kind: 'token', count: 1 },
    ])
    deepEqual(await w.rows('SELECT id FROM login_history'), [])
  })

  test('P-11: the addresses of one IPv6 /64 are one source', async (t) => {
    const w = await watch(t)
    for (let n = 1; n <= 1000; n += 1) w.monitor.junk('token', `2001:db8::${n.toString(16)}`)
    w.monitor.junk('token', '2001:db8:0:1::1')
    await w.monitor.flush()
    deepEqual(await junk(w), [
      { minute, source_ip: '2001:db8:0:1::/64', kind: 'token', count: 1 },
      { minute, source_ip: '2001:db8::/64', kind: 'token', count: 1000 },
    ])
  })

  test('P-11: a flood from more sources than can be told apart takes bounded room', async (t) => {
    const w = await watch(t)
    for (let n = 0; n < 12_000; n += 1) w.monitor.junk('token', `source ${n}`)
    await w.monitor.flush()
    const kept = await w.row('SELECT count(*) AS n, sum(count) AS total FROM junk')
    deepEqual(kept, { n: 10_001, total: 12_000 })
    equal((await w.row(`SELECT count FROM junk WHERE source_ip = 'others'`))?.['count'], 2000)
  })

  test('what could not be written is written the next time, with what came meanwhile', async (t) => {
    const w = await watch(t)
    w.monitor.saw('Billing', '192.0.2.1', 'redemption')
    w.monitor.junk('token', '192.0.2.1')
    w.trouble = 'fails'
    const flushing = w.monitor.flush()
    w.monitor.saw('Billing', '192.0.2.1', 'refusal')
    w.monitor.junk('token', '192.0.2.1')
    await flushing
    deepEqual(await uses(w), [])
    w.trouble = 'none'
    await w.monitor.flush()
    deepEqual(await uses(w), [{ app: 'Billing', address: '192.0.2.1', redemptions: 1, refusals: 1 }])
    deepEqual(await junk(w), [{ minute, source_ip: '192.0.2.1', kind: 'token', count: 2 }])
  })
})

describe('a burst of refusals', () => {
  const refuse = (w: Watched, times: number, address = '192.0.2.1') => {
    for (let n = 0; n < times; n += 1) w.monitor.saw('Billing', address, 'refusal')
  }
  const alerts = (w: Watched) => w.rows('SELECT kind, app, address, at FROM alerts')

  test('SF-239: alerts once, at the twentieth within five minutes', async (t) => {
    const w = await watch(t)
    refuse(w, 19)
    await w.monitor.flush()
    deepEqual(await alerts(w), [])
    w.now += minutes(5)
    refuse(w, 41)
    await w.monitor.flush()
    deepEqual(await alerts(w), [{ kind: 'refused-burst', app: 'Billing', address: '192.0.2.1', at: w.now }])
  })

  test('slower ones alert nobody', async (t) => {
    const w = await watch(t)
    for (let n = 0; n < 5; n += 1) {
      refuse(w, 10)
      w.now += minutes(5) + 1
    }
    await w.monitor.flush()
    deepEqual(await alerts(w), [])
  })

  test('the addresses of one IPv6 /64 make one burst', async (t) => {
    const w = await watch(t)
    for (let n = 1; n <= 20; n += 1) refuse(w, 1, `2001:db8::${n.toString(16)}`)
    await w.monitor.flush()
    deepEqual(await alerts(w), [{ kind: 'refused-burst', app: 'Billing', address: '2001:db8::/64', at: w.now }])
  })

  test('refusals of several addresses, and redemptions, make no burst', async (t) => {
    const w = await watch(t)
    for (let n = 0; n < 30; n += 1) {
      refuse(w, 1, `192.0.2.${n}`)
      w.monitor.saw('Billing', '192.0.2.1', 'redemption')
    }
    await w.monitor.flush()
    deepEqual(await alerts(w), [])
  })
})
