/** What the cutover promises, for real: org, gateway, keeper and each runner are processes of their own, and clients redeem all the time. The whole of
 *  it, at every line of the journal and with every fault, is in load.long.ts, kills.long.ts and faults.long.ts. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from './by-hand.ts'
import { statusOf, unproven } from './evidence.ts'
import { faults } from './faults.ts'
import { killAll } from './kills.ts'
import { leaksOf } from './leaks.ts'
import { countsSince, type Counts } from './load.ts'
import { onePair, openPlace, otherPair } from './place.ts'
import { openRunner, rollback, run } from './runner.ts'
import { runToEnd, strike } from './strike.ts'
import { refusedBy, wrongOrders } from './wrong-order.ts'

const few = 40 // redemptions a second where their number is not what is looked at
const move = { from: onePair, to: otherPair, canaries: ['canary'], propagationWait: '150ms', watch: '300ms' }

test('a cutover for real', async (t) => {
  const place = await openPlace(t, { chains: 16, canaries: 20 })
  const { load } = place
  await place.adopt('canary')
  const since = (before: Counts): Counts => countsSince(before, load.counts())

  await t.test('P-60: forth and back under 200 redemptions a second, none fails', async (each) => {
    const runner = await openRunner(each, place, move)
    load.pace(200)
    await load.allFrom(onePair)
    const [before, began, at] = [load.counts(), performance.now(), new Date().toISOString()]
    const forth = await runToEnd(place, runner)
    equal(forth.code, 0, forth.stderr)
    const back = await runner.cutover(rollback)
    equal(back.code, 4, back.stderr)
    const { good, failed, from } = since(before)
    const perSecond = good / ((performance.now() - began) / 1000)
    load.pace(few)
    deepEqual(failed, [])
    deepEqual(await refusedBy(place, at), [])
    ok(good >= 600, `${good} redemptions`)
    ok(otherPair.every((address) => (from.get(address) ?? 0) > 0))
    each.diagnostic(`${good} redemptions, ${perSecond.toFixed(0)} a second, none failed`)

    const status = await statusOf(runner)
    deepEqual(unproven(status, [...onePair, ...otherPair]), [], 'each address with its redemption, and when')
    const { found, files } = leaksOf(place, runner)
    deepEqual(found, [])
    ok(files > 1, `${files} files`)
  })

  for (const { what, make, refused } of wrongOrders)
    await t.test(`by hand, where ${what}, redemptions are refused`, async (each) => {
      await settle(place, onePair)
      const [before, at] = [load.counts(), new Date().toISOString()]
      await make(place)
      await load.failed(before)
      await settle(place, refused === onePair ? otherPair : onePair)
      const { failed, good } = since(before)
      ok(failed.length > 0)
      const words = failed.map((why) => /^invalid_grant: (.*) \(from (.*)\)$/.exec(why)?.slice(1) ?? [why])
      // on a busy machine a gateway that is changed by hand may have no live egress for a moment besides
      const byTheList = words.filter(([why]) => why === 'ip restricted by app developer')
      ok(byTheList.length > 0)
      ok(byTheList.every(([, address = '']) => refused.includes(address)))
      const told = await refusedBy(place, at)
      equal(told.length, byTheList.length, 'the org says the same')
      each.diagnostic(`${failed.length} of ${failed.length + good} failed: ${failed[0]}`)
    })

  await t.test(
    'L-93: killed with SIGKILL again and again on its way forth, and gone on with, none fails',
    async (each) => {
      await settle(place, onePair)
      const runner = await openRunner(each, place, move)
      const before = load.counts()
      const kills = await killAll({ place, runner, words: run, ends: 0 }, 16)
      const { good, failed } = since(before)
      deepEqual(failed, [])
      ok(kills > 1, `${kills} kills`)
      const again = await runner.cutover(run)
      equal(again.code, 0, again.stderr)
      match(again.stderr, /is done already: All redemptions leave from 127\.0\.0\.21 and 127\.0\.0\.22\.$/m)
      deepEqual(leaksOf(place, runner).found, [])
      each.diagnostic(`${kills} kills, ${good} redemptions, none failed`)
    },
  )

  for (const fault of faults.filter(({ inShort }) => inShort))
    await t.test(`${fault.what} (${fault.where}): ${fault.ends}, and none fails`, async (each) => {
      const { failed, redemptions, runner } = await strike(each, place, fault)
      deepEqual(failed, [])
      ok(redemptions > 10, `${redemptions} redemptions`)
      deepEqual(leaksOf(place, runner).found, [])
    })
})
