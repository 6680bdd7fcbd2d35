/** A whole cutover of a Salesforce org there and back, and what goes wrong in one. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { AllowlistPort } from '../../src/cutover/ports.ts'
import { changeApp } from '../clients/wire.ts'
import { listed, openPlace, openRuns, plan, row } from './salesforce-place.ts'

test('P-61: the list of a Salesforce org goes back as it came, without one failed redemption', async (t) => {
  const place = await openPlace(t)
  const { run, ask } = await openRuns(t, place)
  const stop = new AbortController()
  t.after(() => stop.abort())
  const loaded = place.load(stop.signal)
  match(await run(), /^done/)
  await ask('rollback')
  match(await run(), /^rolled-back/)
  deepEqual(await listed(place), plan.from)
  stop.abort()
  deepEqual((await loaded).bad, [])
})

test('P-65: what crosses a save of somebody else halts the cutover, in the words of who has seen it', async (t) => {
  const place = await openPlace(t)
  const why = 'Somebody else has saved the list while it was deployed: 127.0.0.77 was gone. It was put back.'
  const [first] = place.ports.lists
  ok(first)
  const save: AllowlistPort['save'] = () => Promise.resolve({ result: 'disturbed', why })
  const lists = [{ ...first, allowlist: { ...first.allowlist, save } }]
  const { run } = await openRuns(t, { ...place, ports: { ...place.ports, lists } })
  equal(await run(), `halted: ${why} Agree with them, and run it again: it goes on from the list as it then is.`)
})

test('a list that Salesforce does not let be deployed is typed by a person, and the cutover goes on when it can be read there', async (t) => {
  const place = await openPlace(t)
  place.org.faults.add({ kind: 'refuse-deploy' }, { times: 99 })
  const type = (...addresses: readonly string[]) =>
    changeApp(place.org, {
      oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: addresses.map(row) },
    })
  const { run } = await openRuns(t, place)
  const stop = new AbortController()
  t.after(() => stop.abort())
  void place.load(stop.signal) // so that the customer is heard of from the new addresses
  match(
    await run(),
    /^waiting: .*Salesforce does not let this list be changed by its API \(.*insufficient access rights.*by hand\. Type it into Setup\./s,
  )
  await type(...plan.from, ...plan.to)
  match(await run(), /^waiting: .*Type it into Setup\./s)
  await type(...plan.to)
  equal(await run(), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
})
