/** A whole cutover of an app in a Salesforce org, under load, over sockets. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { listed, openPlace, openRuns, plan } from './salesforce-place.ts'

test('P-60, P-65: the list of a Salesforce org goes from one pair to another without one failed redemption', async (t) => {
  const place = await openPlace(t)
  const { run, entries } = await openRuns(t, place)
  const stop = new AbortController()
  t.after(() => stop.abort())
  const loaded = place.load(stop.signal)
  equal(await run(), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
  deepEqual(await listed(place), plan.to)
  stop.abort()
  const { good, bad } = await loaded
  deepEqual(bad, [])
  ok(good > 5, `only ${good} redemptions went through`)
  const saved = (await entries()).flatMap((each) =>
    each.kind === 'acted' && each.act.kind === 'save-list' ? [each.why] : [],
  )
  equal(saved.every((why) => /^the deploy 0Af\w{15} succeeded$/.test(why ?? '')) && saved.length >= 2, true)
  t.diagnostic(`${good} redemptions, none failed`)
})
