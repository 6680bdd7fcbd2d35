/** What a gateway is started with: the configuration, and over it the options of the command. */
import type { Loaded } from '../../config/load.ts'
import { listenAddress } from '../../documents/formats.ts'
import type { GatewayConfiguration } from '../../gateway/configuration.ts'
import type { Log } from '../../gateway/parts.ts'
import type { RandomBytes } from '../../values/domain.ts'
import type { Secret } from '../../values/secret.ts'
import { complaint } from '../complaint.ts'
import { checkListen, dataFolder, storageFrom } from '../settings.ts'
import { openOwnClient, type OwnClient } from './own-client.ts'

export type GatewayFlags = {
  readonly config?: string
  readonly listen?: string
  readonly adminListen?: string
  readonly storage?: string
}

export type GatewayRequest = {
  /** `sqlite:FOLDER` with an absolute path, or `sqlite::memory:`. */
  readonly storage: string
  readonly configuration: GatewayConfiguration
  /** SALLYPORT_ADMIN_TOKEN. */
  readonly adminToken: Secret | undefined
  readonly writer?: 'inline'
  /** Where the configuration names no client. */
  readonly ownClient: OwnClient | undefined
  readonly log: Log
}

export type Means = {
  readonly log: Log
  readonly random: RandomBytes
  /** The one that was made before, where the configuration is read again. */
  readonly ownClient?: OwnClient | undefined
}

/** Throws a Complaint where no egress is declared: there would be no address to leave from. */
export async function gatewayRequest(
  loaded: Loaded,
  flags: GatewayFlags,
  { log, random, ownClient: before }: Means,
): Promise<GatewayRequest> {
  const { configuration, adminToken, folder } = loaded
  const named = withListen(configuration.gateway, flags)
  if (named.egress.length === 0) throw noEgress()
  const storage =
    flags.storage === undefined ? storageFrom(configuration.storage, folder) : storageFrom(flags.storage, process.cwd())
  if (named.clients.length > 0) return { storage, configuration: named, adminToken, ownClient: undefined, log }
  const ownClient = before ?? (await openOwnClient(dataFolder(storage), random))
  return { storage, configuration: { ...named, clients: [ownClient.client] }, adminToken, ownClient, log }
}

const noEgress = () =>
  complaint(
    'gateway.egress declares no address, so there is none to leave from.',
    'In sallyport.yaml: gateway: { egress: [{ name: a, address: 192.0.2.7 }, { name: b, address: 192.0.2.8 }] }',
    'ip address show',
    'sallyport up',
  )

/** `--listen` with port 0 gives the admin API a free port too, unless that is said as well. */
function withListen(configuration: GatewayConfiguration, { listen, adminListen }: GatewayFlags): GatewayConfiguration {
  const admin = adminListen ?? (listen !== undefined && hasFreePort(listen) ? withFreePort(configuration) : undefined)
  return {
    ...configuration,
    ...(listen === undefined ? {} : { listen: checkListen(listen) }),
    ...(admin === undefined ? {} : { admin: { listen: checkListen(admin, '--admin-listen') } }),
  }
}

export const hasFreePort = (listen: string): boolean => listenAddress(listen)?.port === 0

const withFreePort = ({ admin: { listen } }: GatewayConfiguration): string => listen.replace(/:\d+$/, ':0')
