/** The demonstration's keeper: goes through the demonstration's gateway, and keeps a connection that is alive at each start. */
import { join } from 'node:path'
import type { KeeperConfiguration } from '../../keeper/configuration.ts'
import { KeeperError } from '../../keeper/keeper-error.ts'
import type { ConnectionView, Keeper } from '../../keeper/keeper-face.ts'
import { parseLoginUrl } from '../../keeper/rules/login-url.ts'
import type { RunningKeeper } from '../../system.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { secret } from '../../values/secret.ts'
import { printWarning, type Trouble } from '../complaint.ts'
import { serveKeeper } from '../keeper/serve-keeper.ts'
import type { House } from '../serve.ts'
import { dataFolder } from '../settings.ts'
import type { OrgRequest } from '../start-org.ts'
import type { Terminal } from '../terminal.ts'
import { portLike } from './gateway.ts'
import { obtainRefreshToken, type GrantWalk } from './grant.ts'
import { callbackUrl, demonstrationApp, demonstrationConnection, demonstrationKeyring, keptUser } from './names.ts'

export type KeeperPlace = {
  readonly request: OrgRequest
  /** As the environment has it. */
  readonly base: KeeperConfiguration
  /** Of the gateway, with its credentials. */
  readonly connectionUrl: string
  readonly walk: Omit<GrantWalk, 'user'>
}

/** Undefined where it may not speak to this org, which is said. */
export async function startDemonstrationKeeper(
  terminal: Terminal,
  place: KeeperPlace,
  house: House,
): Promise<RunningKeeper | undefined> {
  const { request, connectionUrl, walk } = place
  const login = parseLoginUrl(walk.url)
  const folder = dataFolder(request.storage)
  if (folder === undefined) throw new Error('the demonstration has no data folder')
  if (!login.ok) {
    printWarning(terminal, {
      means: `There is no keeper: the URL of the org, ${walk.url}, ${login.fault}.`,
      next: loopback,
    })
    return undefined
  }
  const way = { proxy: secret(connectionUrl), from: 'the demonstration' }
  const keyring = { file: join(folder, demonstrationKeyring) }
  const configuration = demonstrationKeeper(place)
  const writer = 'inline' // as the gateway's
  return await serveKeeper(terminal, { configuration, folder, keyring, way, writer, log: request.log }, house)
}

const loopback = ['sallyport up --listen 127.0.0.1:8480']

function demonstrationKeeper({ base, request, walk }: KeeperPlace): KeeperConfiguration {
  const { consumerKey, consumerSecret } = walk.demonstration
  const app = { name: demonstrationApp, loginUrl: walk.url, clientId: consumerKey, clientSecret: consumerSecret }
  return {
    ...base,
    listen: portLike(request.configuration.listen, base.listen),
    loginHosts: [...base.loginHosts, ...hostOfOrg(walk.url)],
    apps: [...base.apps.filter(({ name }) => name !== demonstrationApp), { ...app, redirectUri: callbackUrl }],
  }
}

/** Its own org, which no list of anybody's has. */
const hostOfOrg = (url: string): readonly string[] => [new URL(url).hostname]

/** One real exchange through the gateway; where the connection of the former start cannot live any more, another one in its place. Prints what
 *  stands in the way: a person may have changed anything in this org. */
export async function keepAlive(terminal: Terminal, keeper: Keeper, walk: KeeperPlace['walk']): Promise<void> {
  try {
    const trouble = await makeAlive(keeper, walk)
    if (trouble !== undefined) printWarning(terminal, trouble)
  } catch (cause) {
    if (!(cause instanceof KeeperError)) throw cause
    printWarning(terminal, { means: cause.message, next: cause.next })
  }
}

async function makeAlive(keeper: Keeper, walk: KeeperPlace['walk']): Promise<Trouble | undefined> {
  const known = await keeper.connection(demonstrationConnection)
  const isHere = known?.loginUrl === walk.url // the org may listen on another port than before
  if (known !== undefined && isHere && (await lives(keeper))) return undefined
  if (known !== undefined && !isHere) await keeper.remove(demonstrationConnection)
  const adopted = await adoptFresh(keeper, isHere ? known : undefined, walk)
  if (!adopted.ok) return adopted.fault
  await keeper.verify(demonstrationConnection)
  return undefined
}

/** False where only another authorization helps; rejects where something else is wrong. */
async function lives(keeper: Keeper): Promise<boolean> {
  try {
    await keeper.verify(demonstrationConnection)
    return true
  } catch (cause) {
    if (cause instanceof KeeperError && cause.code === 'REAUTHORIZATION_REQUIRED') return false
    throw cause
  }
}

async function adoptFresh(
  keeper: Keeper,
  known: ConnectionView | undefined,
  walk: KeeperPlace['walk'],
): Promise<Result<ConnectionView, Trouble>> {
  const user = { username: keptUser, password: walk.demonstration.keeperPassword }
  const granted = await obtainRefreshToken({ ...walk, user })
  if (!granted.ok) return fault(noGrant(granted.fault, walk.demonstration.orgFile))
  return ok(
    await keeper.adopt({
      ...{ id: demonstrationConnection, app: demonstrationApp, refreshToken: secret(granted.value) },
      replaces: known?.generation,
    }),
  )
}

const noGrant = (why: string, orgFile: string): Trouble => ({
  means: `The keeper has no connection: ${why}.`,
  next: ['sallyport up --reapply', `rm ${orgFile} && sallyport up --reapply`],
})
