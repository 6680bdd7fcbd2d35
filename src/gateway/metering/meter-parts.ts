/** What the meter works with. */
import type { Storage } from '../../storage/storage.ts'
import type { Clock, RandomBytes } from '../../values/domain.ts'
import type { Duration } from '../../values/time.ts'
import type { Log } from '../log.ts'
import type { Destination } from '../rules/destination/destination.ts'
import type { LimitsConfiguration } from '../rules/client/plans.ts'
import type { GatewayWrites } from '../store/writes.ts'

export type MeterParts = {
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly random: RandomBytes
  readonly storage: Pick<Storage<GatewayWrites>, 'read' | 'write'>
  readonly log: Log
  /** The allow rule of a destination, by which the use of an egress is kept. */
  readonly groupOf: (destination: Destination) => string
}
export type MeterOptions = {
  /** Of the configuration that is in force; another object after a reload. */
  readonly limits: () => LimitsConfiguration
  /** `meterEvery`. */
  readonly every: () => Duration
}
