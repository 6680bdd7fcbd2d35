/** A cutover that has ended is opened again by whoever takes it over; so it is ended again by them. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, minutes, seconds } from '../values/time.ts'
import type { CutoverPorts } from './ports.ts'
import type { Entry } from './rules/journal.ts'
import { runCutover } from './runner.ts'

const at = instant('2026-11-21')
const terms = {
  ...{ propagation: seconds(60), watch: minutes(15), redemptionSuccess: 0.999, quiet: seconds(60) },
  ...{
    probes: 1,
    proofs: 1,
    recheck: minutes(5),
    retry: seconds(10),
    patience: 8,
    saves: 3,
    freshness: seconds(5),
    drain: seconds(5),
  },
}
const fail = (): never => {
  throw new Error('nothing is there to be asked for')
}
const ports: CutoverPorts = {
  ...{ lookBack: minutes(1), lists: [] },
  traffic: { read: fail, set: fail, invalidate: fail, probe: fail },
}

test('rolled back for the second time it is ended by its last line, so that the next plan can be begun', async () => {
  const plan = { apps: [], from: ['192.0.2.1'], to: ['198.51.100.1'], terms }
  const lines: Entry[] = [
    { at, kind: 'planned', plan, lists: [] },
    { at, kind: 'turned', why: 'It was refused.' },
    { at, kind: 'ended', how: 'rolled-back', instruction: 'It is as it was.' },
    { at, kind: 'asked', what: 'rollback' },
  ]
  const before = lines.length
  const journal = {
    ...{ fence: 2, read: () => Promise.resolve([...lines]), renew: () => Promise.resolve() },
    ...{ release: () => Promise.resolve(), write: (entry: Entry) => Promise.resolve(void lines.push(entry)) },
  }
  const stopping = new AbortController().signal
  const parts = { ports, journal, clock: () => at, wait: () => Promise.resolve(), runner: 'a', stopping }
  const end = await runCutover({ ...parts, tell: () => undefined })
  deepEqual(end, { kind: 'ended', how: 'rolled-back', instruction: 'It is as it was.' })
  deepEqual(
    lines.slice(before).map(({ kind }) => kind),
    ['took-over', 'ended'],
  )
})
