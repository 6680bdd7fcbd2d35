/** Org, gateway and keeper as they are, over real sockets: the traffic of a hundred redemptions moves from one pair of addresses to another. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../src/values/time.ts'
import { openPlace, openRuns, plan } from './whole-place.ts'

test('P-60: the traffic moves from one pair to another without one failed redemption, and back', async (t) => {
  const place = await openPlace(t)
  const { ports, others, load } = place
  const { run, rollBack, entries } = await openRuns(t, place)
  const stop = new AbortController()
  const loaded = load(stop.signal)
  equal(await run(), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
  const counts = (await entries()).flatMap((each) => (each.kind === 'watched' ? [each] : []))
  deepEqual([counts[0]?.before, counts[0]?.whole, counts[1]?.before], [true, true, undefined])
  ok((counts[0]?.successes ?? 0) > 0 && counts[0]?.attempts === counts[0]?.successes, JSON.stringify(counts[0]))
  const moved = await ports.traffic.read(instant(Date.now() - 1000))
  deepEqual(moved.strangers, [])
  deepEqual((await others.read(instant(Date.now() - 1000))).strangers, ['backend'], 'P-62: whom the plan does not name')
  deepEqual(
    moved.members.map(({ address, mode }) => `${address} ${mode}`),
    plan.to.map((each) => `${each} active`),
  )
  ok((await rollBack()).startsWith('rolled-back'))
  stop.abort()
  const { good, bad } = await loaded
  deepEqual(bad, [])
  ok(good > 20, `only ${good} redemptions went through`)
  t.diagnostic(`${good} redemptions, none failed`)
})
