/** The keeper as a service: one keeper, its apps and tenants as they are configured, and the listener in front of it. */
import { join } from 'node:path'
import { listenAddress } from '../../documents/formats.ts'
import { openKeptToken, type KeptToken } from '../../storage/kept-token.ts'
import type { Secret } from '../../values/secret.ts'
import { lengthOf, type KeeperConfiguration } from '../configuration.ts'
import type { KeeperEnvironment } from '../environment.ts'
import { openKeeper, usualSettings } from '../keeper.ts'
import type { Keeper, KeeperOptions } from '../keeper-face.ts'
import { parseBlackouts } from '../rules/blackouts.ts'
import { ownTenant } from '../rules/configuration-faults.ts'
import { tokenFileName } from '../token-file.ts'
import { openServer, type RunningServer } from './server.ts'
import { bearersOf } from './tenants.ts'

export type KeeperServiceOptions = Pick<KeeperOptions, 'keyring' | 'proxy' | 'ca' | 'rounds'> & {
  readonly configuration: KeeperConfiguration
  /** Absolute: the vault, its spool and the token lie there. */
  readonly folder: string
  /** The store can take no further write (P-04); the process should exit. */
  readonly onFault: (cause: Error) => void
}

export type RunningKeeper = {
  /** Origin that is listened on. */
  readonly url: string
  /** Of the tenant `default`. */
  readonly token: KeptToken
  readonly keeper: Keeper
  /** Takes nothing new, lets what was accepted and every exchange that is under way finish, then closes. */
  readonly close: () => Promise<void>
}

/** Listening when it resolves. Rejects with a StorageFault, a VaultFault, a KeeperError, or an Error that says what to mend; then nothing stays
 *  open, and no token was kept that nobody has seen. */
export async function openKeeperService(
  environment: KeeperEnvironment,
  options: KeeperServiceOptions,
): Promise<RunningKeeper> {
  const { configuration, folder } = options
  const token = await openKeptToken(
    { folder, fileName: tokenFileName, prefix: 'sp_keeper_' },
    { random: environment.random, given: configuration.token },
  )
  const keeper = await openKeeper(environment, optionsOf(options))
  try {
    await saveApps(keeper, configuration)
    const server = await listen(keeper, { environment, configuration, token: token.token })
    await kept(token, server)
    return {
      ...{ url: server.url, token, keeper },
      async close() {
        await server.close()
        await keeper.close()
      },
    }
  } catch (cause) {
    await keeper.close()
    throw cause
  }
}

function optionsOf({ configuration, folder, onFault, ...rest }: KeeperServiceOptions): KeeperOptions {
  const { heartbeat, heartbeatSpread, blackouts, limits, webhooks, eventsKeptFor, loginHosts } = configuration
  const windows = blackouts.flatMap((text) => {
    const parsed = parseBlackouts(text)
    if (!parsed.ok) throw new Error(`keeper.blackouts was not validated: it ${parsed.fault}`)
    return parsed.value
  })
  return {
    ...{ ...rest, webhooks, loginHosts, onFault, storage: `sqlite:${folder}`, spool: join(folder, 'keeper-spool') },
    settings: {
      heartbeat: {
        ...usualSettings.heartbeat,
        ...{ every: lengthOf(heartbeat), spread: lengthOf(heartbeatSpread), blackouts: windows },
      },
      limits: { ...usualSettings.limits, ...limits },
      retention: { ...usualSettings.retention, events: lengthOf(eventsKeptFor) },
    },
  }
}

/** Over what was saved before; what is configured no more stays, since connections may use it. */
async function saveApps(keeper: Keeper, { apps }: KeeperConfiguration): Promise<void> {
  for (const app of apps) await keeper.saveApp(app)
}

type Ground = {
  readonly environment: KeeperEnvironment
  readonly configuration: KeeperConfiguration
  readonly token: Secret
}

async function listen(keeper: Keeper, { environment, configuration, token }: Ground): Promise<RunningServer> {
  const { clock, random, log } = environment
  const address = listenAddress(configuration.listen)
  if (address === undefined) throw new Error(`keeper.listen was not validated: ${configuration.listen}`)
  return await openServer(
    { keeper, log, clock, random },
    {
      ...{ listen: address, publicUrl: configuration.publicUrl },
      bearers: bearersOf([{ name: ownTenant, token }, ...configuration.tenants]),
    },
  )
}

async function kept(token: KeptToken, server: RunningServer): Promise<void> {
  try {
    await token.keep()
  } catch (cause) {
    await server.close() // a service whose token nobody will see answers nobody
    throw cause
  }
}
