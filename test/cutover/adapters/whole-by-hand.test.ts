/** A whole cutover of a list that nothing can read and a person changes: nothing is believed that redemptions do not show. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { personList, type ToldRows } from '../../../src/cutover/adapters/person-list.ts'
import { setupWords } from '../../../src/cutover/list-words.ts'
import type { CutoverPorts } from '../../../src/cutover/ports.ts'
import { readWrittenRanges } from '../../../src/cutover/written-ranges.ts'
import { days } from '../../../src/values/time.ts'
import { openScene, plan, runOnce, type Scene } from './scene.ts'

/** Anew for each run, as each run of the command does. */
function portsOf({ history, canary, traffic }: Scene): CutoverPorts {
  const rows = readWrittenRanges(plan.from)
  if (!rows.ok) throw new Error('the ranges cannot be read')
  const told: ToldRows = { rows: rows.value, isEnforced: true }
  const list = personList({
    app: 'Test_App',
    told: async () => await Promise.resolve(told),
    ask: async (change) => await Promise.resolve(setupWords(change)),
  })
  const { redeemers, redemptions } = history
  return { lists: [{ allowlist: { ...list, redeemers, redemptions }, canary }], traffic, lookBack: days(30) }
}

test('P-60: a person types what they are told, in two saves, and not one redemption fails, though they confirm too early', async (t) => {
  const scene = await openScene(t)
  const stop = new AbortController()
  const loaded = scene.load(stop.signal)
  const begun = await scene.cutovers.begin(plan, portsOf(scene))
  ok(begun.kind === 'begun')
  const run = async (): Promise<string> => await runOnce(scene, begun.id, portsOf(scene))
  const confirm = async (): Promise<boolean> => await scene.cutovers.ask(begun.id, 'confirm')

  const first = await run()
  match(first, /^confirm: The refresh token IP allowlist of Test_App has to be changed by hand/)
  match(first, /Add: start address 127\.0\.0\.21, end address 127\.0\.0\.21, description Sallyport: Test_App\./)
  match(first, /these 4 rows:\n +127\.0\.0\.11\n +127\.0\.0\.12\n +127\.0\.0\.21\n +127\.0\.0\.22\n/)
  equal(await run(), first, 'asked again in the same words, by a run that knows only the journal')
  await confirm()
  match(await run(), /^confirm: /, 'the org does not admit what is said to be listed: asked again')
  await scene.setList(...plan.from, ...plan.to)
  await confirm()

  const second = await run()
  match(second, /^confirm: [^]*Remove this row and no other: start address 127\.0\.0\.11, end address 127\.0\.0\.11\./)
  await confirm()
  match(
    await run(),
    /^confirm: [^]*Look whether it holds what is listed below/,
    'the org still admits what is said to be removed: asked again',
  )
  await scene.setList(...plan.to)
  await confirm()
  equal(await run(), 'done: All redemptions leave from 127.0.0.21 and 127.0.0.22.')
  stop.abort()
  const { good, bad } = await loaded
  deepEqual(bad, [])
  t.diagnostic(`${good} redemptions, none failed`)
})
