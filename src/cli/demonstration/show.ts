/** What `up` does once its org runs: the gateway with the pair of the org's allowlist, a fresh grant, and the commands that show what it is for. */
import { join } from 'node:path'
import { listenAddress } from '../../documents/formats.ts'
import { defaultStorage } from '../../config/schema.ts'
import type { GatewayConfiguration } from '../../gateway/configuration.ts'
import type { RunningGateway } from '../../gateway/gateway.ts'
import { keeperSchema, type KeeperConfiguration } from '../../keeper/configuration.ts'
import { defaultOrgConfiguration } from '../../org/configuration.ts'
import { writePrivateFile } from '../../storage/private-file.ts'
import type { RunningKeeper } from '../../system.ts'
import { defaultsOf } from '../../values/defaults.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { openAdminClient } from '../admin-client.ts'
import { readList, type StoredList } from '../allowlist/list-of-app.ts'
import { Complaint, printWarning } from '../complaint.ts'
import { bindingAdvice, bindingFault } from '../doctor/addresses.ts'
import { connectionUrl } from '../gateway/connection-url.ts'
import { serveGateway } from '../gateway/serve-gateway.ts'
import { urlOf } from '../org-address.ts'
import { shellWord } from '../self.ts'
import type { House } from '../serve.ts'
import { storageFrom } from '../settings.ts'
import type { OrgRequest, StartedOrg } from '../start-org.ts'
import type { Terminal } from '../terminal.ts'
import { chooseAddresses, type ChosenAddresses } from './addresses.ts'
import { writeDemonstrationCommands, type DemonstrationPlace } from './commands.ts'
import type { Demonstration } from './files.ts'
import { demonstrationGateway, demonstrationProxyUser } from './gateway.ts'
import { obtainRefreshToken, type GrantWalk } from './grant.ts'
import { keepAlive, startDemonstrationKeeper } from './keeper.ts'
import { demonstrationApp, demonstrationUser } from './names.ts'
import { demonstrationText } from './text.ts'

export type Show = {
  readonly org: StartedOrg
  readonly demonstration: Demonstration
  readonly random: RandomBytes
  readonly request: OrgRequest
  /** As the environment has it. */
  readonly gateway: GatewayConfiguration
  readonly keeper: KeeperConfiguration
}

export async function showDemonstration(terminal: Terminal, show: Show, house: House): Promise<void> {
  const { org, demonstration, request } = show
  const list = await currentList(org)
  const addresses = chooseAddresses(list?.list.rows ?? [])
  const walk = await walkOf(terminal, show, addresses)
  const [{ gateway, keeper, proxyUrl }] = await Promise.all([
    startBoth(terminal, { show, addresses, walk }, house),
    walk.isPossible ? grantAfresh(terminal, walk) : undefined,
  ])
  // after the other grant: two logins at once would hold twice the memory (SF-231)
  if (keeper !== undefined && walk.isPossible) await keepAlive(terminal, keeper.keeper, walk)
  const place = {
    ...{ url: org.url, connectionUrl: proxyUrl, addresses },
    ...{ explain: explainWords(show), keeper: keeper && keeperWords(show, keeper.url) },
  }
  const commands = await writeDemonstrationCommands(demonstration, place)
  if (list?.enforce === false) printWarning(terminal, notEnforced)
  for (const address of addresses.unlisted) printWarning(terminal, notListed(address))
  const shown = { org, request, demonstration, commands, gateway, keeper, place }
  for (const line of demonstrationText(terminal.paint, shown)) terminal.out(line)
}

type Ground = { readonly show: Show; readonly addresses: ChosenAddresses; readonly walk: Walk }
type Both = {
  readonly gateway: RunningGateway
  readonly keeper: RunningKeeper | undefined
  /** Of the gateway, with its credentials. */
  readonly proxyUrl: string
}

async function startBoth(terminal: Terminal, ground: Ground, house: House): Promise<Both> {
  const { show, walk } = ground
  const gateway = await startGateway(terminal, ground, house)
  const proxyUrl = connectionUrl(gateway.url, demonstrationProxyUser, show.demonstration.gatewayPassword)
  const place = { request: show.request, base: show.keeper, connectionUrl: proxyUrl, walk }
  return { gateway, keeper: await startDemonstrationKeeper(terminal, place, house), proxyUrl }
}

async function startGateway(
  terminal: Terminal,
  { show, addresses }: Omit<Ground, 'walk'>,
  house: House,
): Promise<RunningGateway> {
  const { org, demonstration, request, gateway } = show
  const configuration = demonstrationGateway(gateway, {
    url: org.url,
    listen: request.configuration.listen,
    addresses,
    password: demonstration.gatewayPassword,
  })
  const { storage, adminToken, log } = request
  // three threads that write would take a fifth of the memory: here the org alone has one
  const writer = 'inline'
  return await serveGateway(terminal, { storage, adminToken, log, configuration, writer, ownClient: undefined }, house)
}

/** The list as it is now: what someone changed through the admin API outlives the start. */
async function currentList({ url, adminToken }: StartedOrg): Promise<StoredList | undefined> {
  try {
    return await readList(openAdminClient(url, { token: adminToken, from: 'this start' }), demonstrationApp)
  } catch (cause) {
    if (cause instanceof Complaint) return undefined // the app may be gone; the grant below says so
    throw cause
  }
}

type Walk = Omit<GrantWalk, 'user'> & { readonly isPossible: boolean }

/** Not through the gateway, which may be what does not work here: a code is exchanged from an address of the pair itself. */
async function walkOf(terminal: Terminal, show: Show, { pair, unlisted }: ChosenAddresses): Promise<Walk> {
  const { org, demonstration, random } = show
  const from = pair.find((each) => !unlisted.includes(each)) ?? pair[0] ?? ''
  const cause = await bindingFault(from)
  if (cause !== undefined) {
    const means = `${from} cannot be bound here (${cause}), so there is no fresh grant, and the gateway cannot leave from it.`
    printWarning(terminal, { means, next: [...pair.flatMap(bindingAdvice), 'sallyport up'] })
  }
  return { url: org.url, from, demonstration, random, isPossible: cause === undefined }
}

async function grantAfresh(terminal: Terminal, walk: Walk): Promise<void> {
  const { demonstration } = walk
  const user = { username: demonstrationUser, password: demonstration.password }
  const granted = await obtainRefreshToken({ ...walk, user })
  if (granted.ok) return await writePrivateFile(join(demonstration.folder, 'refresh-token'), granted.value)
  const means = `There is no fresh grant for the demonstration: ${granted.fault}.`
  printWarning(terminal, { means, next: ['sallyport up --reapply'] })
}

const notEnforced = {
  means: `The allowlist of ${demonstrationApp} is not enforced any more, so no address is refused.`,
  next: ['sallyport up --reapply'],
}

/** L-61: a pair of which one half is registered fails now and then, and looks random. */
const notListed = (address: string) => ({
  means: `The gateway may leave from ${address}, which is not in the allowlist of ${demonstrationApp}; it goes by the other address while that is up.`,
  next: [`sallyport allowlist add ${demonstrationApp} ${address}`],
})

/** In another terminal only the defaults hold, since there is no configuration file: whatever this start was told otherwise has to be said. */
function explainWords({ org, request }: Show): DemonstrationPlace['explain'] {
  const { listen } = defaultOrgConfiguration()
  return { before: storageWord(request), after: isUsual(listen, org.url) ? '' : `--org ${org.url}` }
}

function keeperWords({ request }: Show, url: string): DemonstrationPlace['explain'] {
  const { listen } = defaultsOf<KeeperConfiguration>(keeperSchema)
  return { before: storageWord(request), after: isUsual(listen, url) ? '' : `--keeper ${url}` }
}

const storageWord = ({ storage }: OrgRequest): string =>
  storage === storageFrom(defaultStorage, process.cwd()) ? '' : `SALLYPORT_STORAGE=${shellWord(storage)}`

function isUsual(usual: string, url: string): boolean {
  const address = listenAddress(usual)
  return address !== undefined && urlOf(address) === url
}
