/** What the admin API works with. */
import type { Writability } from '../../storage/writability.ts'
import type { ToldAdmissions } from '../admissions.ts'
import type { Declared } from '../declared.ts'
import type { GatewayParts } from '../parts.ts'

export type AdminParts = Pick<GatewayParts, 'clock' | 'random' | 'storage' | 'log' | 'pool' | 'meter'> & {
  readonly metrics: Pick<GatewayParts['metrics'], 'exposition'>
  readonly writability: Writability
  readonly declared: Declared
  readonly admissions: ToldAdmissions
  /** `gateway.allow`: the groups under which admission and use are kept. */
  readonly allow: () => readonly string[]
}
