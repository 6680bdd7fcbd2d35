/** `sallyport gateway`: starts the gateway and says on standard error what it found; SIGHUP reads the configuration again. */
import type { RunningGateway } from '../../gateway/gateway.ts'
import { systemEnvironment } from '../../system.ts'
import { openLog } from '../log.ts'
import { serve } from '../serve.ts'
import { loadSettings } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { gatewayRequest, type GatewayFlags, type GatewayRequest } from './gateway-request.ts'
import { listenForReload } from './reload-signal.ts'
import { reloadGateway } from './reload.ts'
import { serveGateway } from './serve-gateway.ts'
import { gatewayStartLines } from './start-lines.ts'

export async function runGateway(terminal: Terminal, flags: GatewayFlags): Promise<void> {
  const log = openLog(terminal)
  const { random } = systemEnvironment(log)
  const request = await gatewayRequest(loadSettings(terminal, flags.config), flags, { log, random })
  const readAgain = async (): Promise<GatewayRequest> =>
    await gatewayRequest(loadSettings(terminal, flags.config), flags, { ...request, random })
  const started = Promise.withResolvers<RunningGateway>()
  listenForReload(async () => await reloadGateway(terminal, await started.promise, readAgain))
  await serve(terminal, async (house) => {
    const gateway = await serveGateway(terminal, request, house)
    for (const line of gatewayStartLines(request, gateway)) terminal.err(line)
    started.resolve(gateway)
  })
}
