/** The configuration of a running gateway, read again: in force as a whole, or not at all. */
import type { RunningGateway } from '../../gateway/gateway.ts'
import { complaint, printTroubles, printWarning, type Complaint } from '../complaint.ts'
import { complaintOf } from '../complaint-of.ts'
import type { Terminal } from '../terminal.ts'
import { egressTroubles } from './egress-troubles.ts'
import type { GatewayRequest } from './gateway-request.ts'

/** `read` may throw a Complaint. No tunnel is dropped, and a fault leaves everything as it was. */
export async function reloadGateway(
  terminal: Terminal,
  gateway: RunningGateway,
  read: () => Promise<GatewayRequest>,
): Promise<void> {
  try {
    const { configuration } = await read()
    await gateway.reload(configuration)
  } catch (cause) {
    printTroubles(terminal, (complaintOf(cause) ?? unusable(cause)).troubles)
    terminal.err('The configuration from before stays in force.')
    return
  }
  for (const each of egressTroubles(gateway.views())) printWarning(terminal, each)
  terminal.err('The configuration was read again and is in force.')
}

const unusable = (cause: unknown): Complaint =>
  complaint(
    `The configuration cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    'sallyport config check',
  )
