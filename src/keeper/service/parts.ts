/** What the routes of the keeper's service work with. */
import type { Clock, RandomBytes } from '../../values/domain.ts'
import type { Keeper } from '../keeper-face.ts'
import type { Log } from '../log.ts'

export type ServiceParts = {
  readonly keeper: Keeper
  readonly log: Log
  readonly clock: Clock
  readonly random: RandomBytes
  /** Origin under which people's browsers reach this service: as it was configured, else the one that is listened on. */
  readonly publicUrl: () => string
}
