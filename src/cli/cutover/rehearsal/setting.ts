/** What a rehearsal is given, and what came of it. */
import type { ReadPlan } from '../../../cutover/configuration.ts'
import type { RunOutcome } from '../../../cutover/cutover.ts'
import type { Tally } from '../stage/load.ts'
import type { AppCopy } from './copy.ts'
import type { RehearsalFault } from './fault-names.ts'
import type { StandIns } from './stand-ins.ts'

export type Setting = {
  readonly read: ReadPlan
  readonly copy: AppCopy
  readonly standIns: StandIns
  readonly faults: readonly RehearsalFault[]
}

export type Rehearsed = {
  readonly outcome: RunOutcome
  readonly tally: Tally
  /** On the testing clock. */
  readonly tookMs: number
}

/** In the keeper of the rehearsal. */
export const customers: readonly string[] = Array.from({ length: 4 }, (_, i) => `customer-${i + 1}`)
