/** Whether the target of the health check answers each egress address. Done here only while no gateway runs, which would know better. */
import { connect } from 'node:net'
import { parseDuration } from '../../documents/duration.ts'
import { listenAddress } from '../../documents/formats.ts'
import type { GatewayConfiguration } from '../../gateway/configuration.ts'
import { bindingFault } from './addresses.ts'
import { doubt, fine, type Finding } from './finding.ts'

const check = 'health target'

/** Addresses that cannot be bound are left to the check on them. */
export async function checkHealthTarget(
  { healthCheck }: GatewayConfiguration,
  addresses: readonly string[],
): Promise<Finding[]> {
  const target = listenAddress(healthCheck.target)
  const timeout = parseDuration(healthCheck.timeout)
  if (target === undefined || !timeout.ok) return []
  const bindable = await Promise.all(
    addresses.map(async (each) => ((await bindingFault(each)) === undefined ? [each] : [])),
  )
  return await Promise.all(
    bindable.flat().map(async (address) => {
      const fault = await dialFault({ ...target, from: address, timeout: timeout.value })
      if (fault === undefined) return fine(check, `${healthCheck.target} answers ${address}`)
      return doubt(
        check,
        `${healthCheck.target} does not answer ${address} (${fault}): the gateway would hold this egress for down`,
        `curl -sv --interface ${address} telnet://${healthCheck.target}`,
        'Set gateway.healthCheck.target to what this address is to reach.',
      )
    }),
  )
}

type Dial = { readonly host: string; readonly port: number; readonly from: string; readonly timeout: number }

/** Undefined where it answered. */
async function dialFault({ host, port, from, timeout }: Dial): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = connect({ host, port, localAddress: from, signal: AbortSignal.timeout(timeout) })
  socket.once('connect', () => resolve(undefined))
  socket.once('error', (cause) =>
    resolve(
      cause.name === 'AbortError'
        ? `nothing within ${timeout} ms`
        : 'code' in cause
          ? String(cause.code)
          : cause.message,
    ),
  )
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
