import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../cutover/rules/journal.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import { stateOf, type State } from '../../cutover/rules/state.ts'
import { instant, minutes, seconds } from '../../values/time.ts'
import { openNarrator } from './narrator.ts'
import { momentOf, standingOf } from './standing.ts'
import { storyOf } from './story.ts'

const at = instant('2026-11-21T10:00:00Z')
const plan: Plan = {
  apps: [{ name: 'a', kind: 'external-client-app' }],
  ...{ from: ['192.0.2.1'], to: ['198.51.100.1', '198.51.100.2'] },
  terms: {
    ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
    ...{ drain: minutes(15), probes: 1, proofs: 1, recheck: minutes(5), retry: seconds(10), patience: 8 },
    ...{ saves: 3, freshness: seconds(5) },
  },
}
const lists = [{ version: '1', listed: ['192.0.2.1'], others: '', claimed: false }]
const journal = (...more: readonly Entry[]): readonly Entry[] => [{ at, kind: 'planned', plan, lists }, ...more]
const standing = (entries: readonly Entry[], about: { readonly holder: string | null; readonly until: number }) =>
  standingOf(
    {
      ...{ entries, state: stateOf(entries) },
      about: { ...{ id: 'one', app: 'a', createdAt: at, endedAt: null, fence: 1 }, ...about },
    },
    storyOf(entries, at),
    at,
  )
const nobody = { holder: null, until: 0 }
const rollback: Entry = { at, kind: 'asked', what: 'rollback' }
const rolledBack: Entry = { at, kind: 'ended', how: 'rolled-back', instruction: 'It is as it was before.' }

test('a wait that was over when it ended is over for whoever asks later, and no more than that', () => {
  const entries = journal({ at, kind: 'took-over', fence: 1, runner: 'a' })
  const about = { id: 'one', app: 'a', createdAt: at, endedAt: null, fence: 1, ...nobody }
  const asked = (later: number): number => momentOf({ about, entries }, instant(at + later)) - at
  deepEqual([asked(1000), asked(5000), asked(9_000_000)], [1000, 5000, 5000])
})

test('who has asked for the way back is not told to mend anything', () =>
  equal(standing(journal(rollback, rolledBack), nobody).person.says, 'It is as it was before. Nothing has to be done.'))

test('where something was wrong it is to be mended before it is planned anew', () =>
  match(standing(journal({ at, kind: 'turned', why: 'x is dead' }, rolledBack), nobody).person.says, /Mend that/))

test('while somebody has the lease it says what to do where they were killed', () =>
  match(
    standing(journal(), { holder: 'somebody', until: at + 40_000 }).person.says,
    /Where that process was killed, run it again after 10:00:40\.$/,
  ))

test('why nothing can be seen is said once, and again when it has become something else', async () => {
  const lines: string[] = []
  const narrator = openNarrator({ line: (text) => lines.push(text), step: () => undefined, now: () => at })
  const reasons = ['the org does not answer.', 'the org does not answer.', 'the gateway does not answer.']
  const fail = (): never => {
    throw new Error('is not asked')
  }
  const read = async (): Promise<never> => await Promise.reject(new Error(reasons.shift()))
  const traffic = { read, set: fail, invalidate: fail, probe: fail }
  const ports = narrator.heard({ lists: [], lookBack: minutes(1), traffic })
  for (let times = 0; times < 3; times += 1) await rejects(ports.traffic.read(at))
  deepEqual(lines, [
    'Nothing can be seen: the org does not answer.',
    'Nothing can be seen: the gateway does not answer.',
  ])
})

test('a run that a person turns back from outside says so, and says it once', () => {
  const lines: string[] = []
  const narrator = openNarrator({ line: (text) => lines.push(text), step: () => undefined, now: () => at })
  const seen: Entry = {
    ...{ at, kind: 'observed' },
    seen: {
      ...{ at, lists, usedAt: new Map(), strangers: [], silent: [] },
      pool: { version: '1', members: [], whole: true },
    },
  }
  const tell = (state: State): void => narrator.tell({ kind: 'observe' }, state)
  tell(stateOf(journal(seen)))
  for (let times = 0; times < 2; times += 1) tell(stateOf(journal(seen, rollback, seen)))
  deepEqual(lines, ['Turning back: A person has asked for it.'])
})
