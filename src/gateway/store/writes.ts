/** Every write of the gateway by name; the writer thread imports this module. */
import { tryWrite } from '../../storage/writability.ts'
import { dropAdmissions, saveAdmission } from './admissions.ts'
import { saveDeclared } from './declared.ts'
import { pruneUsage, recordUsage } from './usage.ts'

export type GatewayWrites = {
  readonly recordUsage: typeof recordUsage
  readonly pruneUsage: typeof pruneUsage
  readonly tryWrite: typeof tryWrite
  // what the admin API has told
  readonly saveDeclared: typeof saveDeclared
  readonly saveAdmission: typeof saveAdmission
  readonly dropAdmissions: typeof dropAdmissions
}

export const writes: GatewayWrites = { recordUsage, pruneUsage, tryWrite, saveDeclared, saveAdmission, dropAdmissions }
