/** A gateway of this process: started, announced, and left to be closed. */
import { listenAddress } from '../../documents/formats.ts'
import type { GatewayConfiguration } from '../../gateway/configuration.ts'
import type { RunningGateway } from '../../gateway/gateway.ts'
import { startGateway } from '../../system.ts'
import { printWarning } from '../complaint.ts'
import { complaintOf, type Listening } from '../complaint-of.ts'
import { wordsToMend, type House } from '../serve.ts'
import type { Terminal } from '../terminal.ts'
import type { GatewayRequest } from './gateway-request.ts'
import { egressTroubles } from './egress-troubles.ts'

/** Throws a Complaint where it cannot start. An egress that cannot be used stops nothing: it is warned of, and the others serve. */
export async function serveGateway(terminal: Terminal, request: GatewayRequest, house: House): Promise<RunningGateway> {
  const gateway = await start(request, house)
  house.keep(() => drain(terminal, gateway))
  await request.ownClient?.keep()
  const { url, adminUrl } = gateway
  terminal.out(JSON.stringify({ event: 'listening', service: 'gateway', url, adminUrl }))
  for (const each of egressTroubles(gateway.views())) printWarning(terminal, each)
  return gateway
}

async function start({ configuration, storage, adminToken, writer, log }: GatewayRequest, { onFault }: House) {
  try {
    return await startGateway({ configuration, storage, adminToken, writer, onFault, log })
  } catch (cause) {
    throw complaintOf(cause, listeningOf(configuration, cause)) ?? wordsToMend(cause, 'The gateway') ?? cause
  }
}

/** Whichever of the two listeners the system's error speaks of. */
function listeningOf({ listen, admin }: GatewayConfiguration, cause: unknown): Listening {
  const port = cause instanceof Error && 'port' in cause ? cause.port : undefined
  const isAdmin = port !== listenAddress(listen)?.port && port === listenAddress(admin.listen)?.port
  return isAdmin ? adminListening(admin.listen) : proxyListening(listen)
}

export const proxyListening = (listen: string): Listening => ({
  listen,
  usual: '127.0.0.1:9293',
  tell: (address) => `SALLYPORT_GATEWAY_LISTEN=${address}`,
})

export const adminListening = (listen: string): Listening => ({
  listen,
  usual: '127.0.0.1:9294',
  tell: (address) => `SALLYPORT_GATEWAY_ADMIN_LISTEN=${address}`,
})

async function drain(terminal: Terminal, gateway: RunningGateway): Promise<void> {
  const tunnels = gateway.views().reduce((sum, each) => sum + each.tunnels, 0)
  if (tunnels > 0) {
    const are = tunnels === 1 ? 'One tunnel is' : `${tunnels} tunnels are`
    terminal.err(`${are} open: each may end by itself until gateway.deadlines.drain is over.`)
  }
  await gateway.close()
}
