/** Two minutes under 200 redemptions a second: forth and back, in the proportions of the real thing (a minute of spreading, a quarter of an hour of
 *  watching), fifteen times as fast. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { leaksOf } from './leaks.ts'
import { countsSince, type Counts, type Load } from './load.ts'
import { onePair, openPlace, otherPair, post } from './place.ts'
import { openRunner, rollback, run } from './runner.ts'
import { refusedBy } from './wrong-order.ts'

const move = { from: onePair, to: otherPair, canaries: ['canary'], propagationWait: '4s', watch: '60s' }

test('P-60: two minutes of 200 redemptions a second, forth and back, and none fails', async (t) => {
  const place = await openPlace(t, { chains: 64, canaries: 1, probes: '1s' })
  const { load } = place
  await place.adopt('canary')
  await post(place.testing, '/faults', { kind: 'slow-propagation', for: 'PT3S', times: 1000 })
  const runner = await openRunner(t, place, move)
  load.pace(200)
  const [before, began, at] = [load.counts(), performance.now(), new Date().toISOString()]
  const seconds = (): number => (performance.now() - began) / 1000
  const over = new AbortController()
  const table = sample(load, { seconds, over: over.signal })
  const forth = await runner.cutover(run)
  equal(forth.code, 0, forth.stderr)
  const back = await runner.cutover(rollback)
  equal(back.code, 4, back.stderr)
  while (seconds() < 120) await sleep(100)
  over.abort()
  const { good, failed, postponed } = countsSince(before, load.counts())
  const lines = await table
  const words = [...forth.stderr.split('\n'), ...back.stderr.split('\n')].filter((line) =>
    /^\d\d:\d\d:\d\d /.test(line),
  )
  console.log([...lines, '', ...words].join('\n'))
  t.diagnostic(
    `${good} redemptions in ${seconds().toFixed(0)} s, ${(good / seconds()).toFixed(0)} a second, none failed`,
  )
  deepEqual(failed, [])
  equal(postponed, 0)
  deepEqual(await refusedBy(place, at), [])
  ok(good >= 20_000, `${good} redemptions`)
  deepEqual(leaksOf(place, runner).found, [])
})

const every = 10 // s

/** A line for every ten seconds. */
async function sample(
  load: Load,
  { seconds, over }: { readonly seconds: () => number; readonly over: AbortSignal },
): Promise<readonly string[]> {
  const lines = ['seconds  redemptions  a second  failed  from']
  let [last, since]: [Counts, number] = [load.counts(), seconds()]
  while (!over.aborted) {
    await sleep(every * 1000, undefined, { signal: over }).catch(() => undefined)
    const counts = countsSince(last, load.counts())
    const from = [...counts.from].map(([address, count]) => `${address}: ${count}`).toSorted()
    const rate = (counts.good / (seconds() - since)).toFixed(0)
    lines.push(
      [seconds().toFixed(0).padStart(7), String(counts.good).padStart(11), rate.padStart(8)].join('  ') +
        `  ${String(counts.failed.length).padStart(6)}  ${from.join(', ')}`,
    )
    ;[last, since] = [load.counts(), seconds()]
  }
  return lines
}
