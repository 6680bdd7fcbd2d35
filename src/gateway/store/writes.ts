/** Every write of the gateway by name; the writer thread imports this module. */
import type { Writes } from '../../storage/storage.ts'

export type GatewayWrites = Writes
export const writes: GatewayWrites = {}
