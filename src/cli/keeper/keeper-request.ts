/** What a keeper is started with: the configuration, and over it the options of the command. */
import { resolve } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import { environmentSecret } from '../../config/process.ts'
import { proxyVariables } from '../../config/proxy-variables.ts'
import type { KeeperConfiguration } from '../../keeper/configuration.ts'
import type { KeeperOptions } from '../../keeper/keeper-face.ts'
import { parseProxyUrl } from '../../ip/proxy-url.ts'
import type { Secret } from '../../values/secret.ts'
import type { Log } from '../../org/parts.ts'
import { complaint, wrongUsage } from '../complaint.ts'
import { checkListen, dataFolder, storageFrom } from '../settings.ts'

export type KeeperFlags = { readonly config?: string; readonly listen?: string; readonly storage?: string }

export type KeeperRequest = {
  readonly configuration: KeeperConfiguration
  /** Absolute: of the vault. */
  readonly folder: string
  readonly keyring: KeeperOptions['keyring']
  readonly way: WayOut
  readonly writer?: 'inline'
  readonly log: Log
}

/** By which way calls to Salesforce leave, and who says so. */
export type WayOut = { readonly proxy: Secret | 'direct'; readonly from: string }

/** Throws a Complaint where nothing says by which way calls leave (L-70), or a vault would not last. */
export function keeperRequest(loaded: Loaded, flags: KeeperFlags, log: Log): KeeperRequest {
  const { configuration, folder: from } = loaded
  const { keeper } = configuration
  const storage =
    flags.storage === undefined ? storageFrom(configuration.storage, from) : storageFrom(flags.storage, process.cwd())
  const folder = dataFolder(storage)
  if (folder === undefined) throw noFolder(storage)
  return {
    configuration: flags.listen === undefined ? keeper : { ...keeper, listen: checkListen(flags.listen) },
    ...{ folder, keyring: keyringOf(loaded), way: wayOut(keeper), log },
  }
}

export function keyringOf({ configuration: { keeper }, folder }: Loaded): KeeperOptions['keyring'] {
  const { keyring } = keeper
  if (typeof keyring === 'string') throw new Error('keeper.keyring was not validated')
  if ('file' in keyring) return { file: resolve(folder, keyring.file) }
  const text = environmentSecret(keyring.env)
  if (text === undefined)
    throw complaint(
      `keeper.keyring is to be in ${keyring.env}, which is not set.`,
      `Set ${keyring.env} to the keyring of this vault. For a new vault: export ${keyring.env}="$(openssl rand -base64 32)"`,
    )
  return { text, name: keyring.env }
}

/** The configuration, then the environment, as clients of a gateway are told to set it. Undefined where neither says anything. */
export function findWayOut({ proxy, direct }: KeeperConfiguration): WayOut | undefined {
  if (proxy !== undefined) return { proxy, from: 'keeper.proxy' }
  if (direct) return { proxy: 'direct', from: 'keeper.direct' }
  const { set } = proxyVariables()
  const found = gatewayVariables.flatMap((wanted) => set.filter(({ name }) => name === wanted))[0]
  return found && { proxy: found.url, from: found.name }
}

const gatewayVariables = ['SALLYPORT_GATEWAY_URL', 'QUOTAGUARDSTATIC_URL']

function wayOut(keeper: KeeperConfiguration): WayOut {
  const found = findWayOut(keeper)
  if (found === undefined) throw noWayOut()
  const read = found.proxy === 'direct' ? undefined : parseProxyUrl(found.proxy.expose())
  if (read?.ok === false) throw complaint(`${found.from}, the URL of the proxy, ${read.fault}.`, exportGateway)
  return found
}

const exportGateway = 'export SALLYPORT_GATEWAY_URL=http://USER:PASSWORD@127.0.0.1:9293'

const noWayOut = () =>
  complaint(
    'Nothing says by which way calls to Salesforce leave, and the keeper sends none without a proxy.',
    exportGateway,
    'In sallyport.yaml: keeper: { proxy: { env: NAME } }',
    'Where they may leave directly, say so: keeper: { direct: true }',
  )

/** Of a URL nothing is shown: a password may stand in it. */
const noFolder = (storage: string) =>
  /^postgres(?:ql)?:/i.test(storage)
    ? wrongUsage(
        'The keeper keeps its vault in SQLite: this version has no PostgreSQL engine.',
        'storage: sqlite:./data',
      )
    : wrongUsage(
        'The keeper keeps refresh tokens: they would be lost with a storage that has no folder.',
        'storage: sqlite:./data',
      )
