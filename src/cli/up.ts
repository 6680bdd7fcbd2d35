/** `sallyport up`: the configured org, gateway and keeper, or the demonstration where nothing is configured. */
import type { Loaded } from '../config/load.ts'
import type { RunningGateway } from '../gateway/gateway.ts'
import type { Log } from '../org/parts.ts'
import { systemEnvironment } from '../system.ts'
import { wrongUsage } from './complaint.ts'
import { openDemonstration } from './demonstration/files.ts'
import { showDemonstration } from './demonstration/show.ts'
import { gatewayRequest } from './gateway/gateway-request.ts'
import { listenForReload } from './gateway/reload-signal.ts'
import { reloadGateway } from './gateway/reload.ts'
import { serveGateway } from './gateway/serve-gateway.ts'
import { gatewayStartLines } from './gateway/start-lines.ts'
import { keeperRequest, type KeeperRequest } from './keeper/keeper-request.ts'
import { serveKeeper } from './keeper/serve-keeper.ts'
import { keeperStartLines } from './keeper/start-lines.ts'
import { openLog } from './log.ts'
import { orgRequest, type OrgFlags } from './org-request.ts'
import { startLines } from './run-org.ts'
import { serve, type House } from './serve.ts'
import { serveOrg } from './serve-org.ts'
import { dataFolder, loadSettings } from './settings.ts'
import type { Terminal } from './terminal.ts'
import { table } from './table.ts'
import { urlRows } from './org-urls.ts'

export type UpFlags = Pick<OrgFlags, 'config' | 'listen' | 'reapply'>

export async function runUp(terminal: Terminal, flags: UpFlags): Promise<void> {
  const loaded = loadSettings(terminal, flags.config)
  if (isConfigured(loaded)) await runConfigured(terminal, loaded, flags)
  else await runDemonstration(terminal, loaded, flags)
}

const isConfigured = ({ file, configuration }: Loaded): boolean =>
  file !== undefined || configuration.org.file !== undefined

async function runConfigured(terminal: Terminal, loaded: Loaded, flags: UpFlags): Promise<void> {
  const log = openLog(terminal)
  const request = orgRequest(loaded, flags, log)
  const kept = keeperIfConfigured({ loaded, log }) // what is wrong with it is said before anything starts
  await serve(terminal, async (house) => {
    const org = await serveOrg(terminal, request, house)
    for (const line of table(urlRows(org.url))) terminal.out(line)
    for (const line of startLines(request, org)) terminal.err(line)
    await runGateway(terminal, { loaded, flags }, house)
    await runKeeper(terminal, kept, house)
  })
}

/** Where an app or a way out is configured; the environment alone is for the clients of a gateway. */
function keeperIfConfigured({
  loaded,
  log,
}: {
  readonly loaded: Loaded
  readonly log: Log
}): KeeperRequest | undefined {
  const { apps, proxy, direct } = loaded.configuration.keeper
  if (apps.length === 0 && proxy === undefined && !direct) return undefined
  return keeperRequest(loaded, {}, log)
}

async function runKeeper(terminal: Terminal, request: KeeperRequest | undefined, house: House): Promise<void> {
  if (request === undefined) return terminal.err('No keeper: neither keeper.apps nor keeper.proxy says anything.')
  const keeper = await serveKeeper(terminal, request, house)
  for (const line of keeperStartLines(request, keeper)) terminal.err(line)
}

/** Where an egress is declared: without one there is nothing that it could do. */
async function runGateway(
  terminal: Terminal,
  { loaded, flags }: { readonly loaded: Loaded; readonly flags: UpFlags },
  house: House,
): Promise<void> {
  if (loaded.configuration.gateway.egress.length === 0) {
    return terminal.err('No gateway: gateway.egress declares no address to leave from.')
  }
  const log = openLog(terminal)
  const means = { log, random: systemEnvironment(log).random }
  const request = await gatewayRequest(loaded, {}, means)
  const gateway: RunningGateway = await serveGateway(terminal, request, house)
  for (const line of gatewayStartLines(request, gateway)) terminal.err(line)
  const readAgain = async () => await gatewayRequest(loadSettings(terminal, flags.config), {}, { ...request, ...means })
  listenForReload(() => reloadGateway(terminal, gateway, readAgain))
}

async function runDemonstration(terminal: Terminal, loaded: Loaded, flags: UpFlags): Promise<void> {
  const request = { ...orgRequest(loaded, flags, openLog(terminal)), testing: true, lazyPasswords: true }
  const folder = dataFolder(request.storage)
  if (folder === undefined) {
    throw wrongUsage(
      'The demonstration keeps its files in the data folder, and this storage has none.',
      'storage: sqlite:./data',
    )
  }
  const { random } = systemEnvironment(request.log)
  const demonstration = await openDemonstration(folder, random)
  await serve(terminal, async (house) => {
    const org = await serveOrg(terminal, { ...request, file: demonstration.orgFile }, house)
    const { gateway, keeper } = loaded.configuration
    const show = { org, demonstration, random, request, gateway, keeper }
    await showDemonstration(terminal, show, house)
  })
}
