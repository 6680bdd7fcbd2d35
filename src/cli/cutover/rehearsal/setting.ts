/** What a rehearsal is given, and what came of it. */
import type { ReadPlan } from '../../../cutover/configuration.ts'
import type { RunOutcome } from '../../../cutover/cutover.ts'
import type { Tally } from '../stage/load.ts'
import type { AppsCopy } from './copy.ts'
import type { RehearsalFault } from './fault-names.ts'
import type { StandIns } from './stand-ins.ts'

export type Setting = {
  readonly read: ReadPlan
  readonly copy: AppsCopy
  readonly standIns: StandIns
  readonly faults: readonly RehearsalFault[]
}

export type Rehearsed = {
  readonly outcome: RunOutcome
  readonly tally: Tally
  /** On the testing clock. */
  readonly tookMs: number
}

/** Of each app, in the keeper of the rehearsal. */
export const customersOf = (app: number): readonly string[] =>
  Array.from({ length: 4 }, (_, i) => `customer-${app * 4 + i + 1}`)
export const canaryOf = (app: number): string => (app === 0 ? 'canary' : `canary-${app + 1}`)
