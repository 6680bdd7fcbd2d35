/** What a cutover works with: its file, its journal, and the three services with their tokens. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import { processSources } from '../../config/process.ts'
import type { Cutovers } from '../../cutover/cutover.ts'
import { gatewayTraffic } from '../../cutover/adapters/gateway-traffic.ts'
import { openJsonApi } from '../../cutover/adapters/json-api.ts'
import { keeperCanary } from '../../cutover/adapters/keeper-canary.ts'
import { orgAllowlist } from '../../cutover/adapters/org-allowlist.ts'
import { readCutoverFile, type ReadPlan } from '../../cutover/configuration.ts'
import type { CutoverPorts } from '../../cutover/ports.ts'
import { adminTokenFileName as gatewayTokenFile } from '../../gateway/admin-token.ts'
import { tokenFileName as keeperTokenFile } from '../../keeper/token-file.ts'
import { startCutovers, systemEnvironment } from '../../system.ts'
import type { Secret } from '../../values/secret.ts'
import { faultLine } from '../../documents/fault.ts'
import { complaint, documentComplaint, printWarning } from '../complaint.ts'
import { openLog } from '../log.ts'
import { notifyFaults } from './notifier.ts'
import { findToken } from '../org-address.ts'
import { loadSettings, storageFrom } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export type CutoverFlags = { readonly config?: string; readonly json?: boolean; readonly testing?: boolean }

/** Throws a Complaint with every fault of the file, each with its line and column. */
export function readPlan(path: string, { testing = false }: CutoverFlags): ReadPlan {
  const { environment, readFile, workingDirectory } = processSources()
  const text = readText(path)
  const readers = {
    environment: (name: string) => environment[name],
    file: (name: string) => readFile(resolve(workingDirectory, name)),
  }
  const read = readCutoverFile(text, { name: path, readers, testing, more: notifyFaults })
  if (!read.ok) throw documentComplaint(read.fault)
  return read.value
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw complaint(`The cutover file ${path} cannot be read (${code}).`, 'Name the file that says what is to move.')
  }
}

export function portsOf(terminal: Terminal, { file, lookBack, warnings }: ReadPlan, flags: CutoverFlags): CutoverPorts {
  for (const { message, next, ...place } of warnings)
    printWarning(terminal, { means: faultLine({ message, next, ...place }), next: [next] })
  const { allowlist, traffic: by, keeper: at, tokens, second } = file
  if (!('org' in allowlist && 'gateway' in by && typeof at === 'string' && second === undefined))
    throw complaint('This build carries out org and gateway alone.', 'Name these two in the cutover file.')
  const loaded = loadSettings(terminal, flags.config)
  const { wait } = systemEnvironment(openLog(terminal))
  const traffic = gatewayTraffic({
    api: openJsonApi({ base: `${by.gateway}/admin/v1`, token: gatewayToken(loaded, tokens.gateway) }),
    ...{ wait, clients: by.clients },
  })
  const keeper = openJsonApi({ base: `${at}/v1`, token: keeperToken(loaded, tokens.keeper) })
  const org = openJsonApi({ base: `${allowlist.org}/admin/v1`, token: orgToken(loaded, tokens.org) })
  return {
    lists: [
      {
        allowlist: orgAllowlist(org, file.app),
        canary: keeperCanary({ api: keeper, connections: file.connections, egressOf: traffic.egressOf }),
      },
    ],
    ...{ traffic, lookBack },
  }
}

const admin = { called: 'admin token', variable: 'SALLYPORT_ADMIN_TOKEN' }
export const orgToken = (loaded: Loaded, given: Secret | undefined): Secret =>
  findToken(loaded, { given: given ?? loaded.adminToken, fileName: 'admin-token', ...admin }).token
const gatewayToken = (loaded: Loaded, given: Secret | undefined): Secret =>
  findToken(loaded, {
    given: given ?? loaded.adminToken,
    fileName: gatewayTokenFile,
    ...admin,
    start: 'sallyport gateway',
  }).token
const keeperToken = (loaded: Loaded, given: Secret | undefined): Secret =>
  findToken(loaded, {
    given: given ?? loaded.configuration.keeper.token,
    ...{
      fileName: keeperTokenFile,
      called: 'token of the keeper',
      variable: 'SALLYPORT_KEEPER_TOKEN',
      start: 'sallyport keeper',
    },
  }).token

export async function cutoversOf(terminal: Terminal, { config }: CutoverFlags): Promise<Cutovers> {
  const { configuration, folder } = loadSettings(terminal, config)
  return await startCutovers({ storage: storageFrom(configuration.storage, folder), log: openLog(terminal) })
}

/** What an adapter could not reach or understand, in one line. */
export function noAnswer(cause: unknown): never {
  const reason =
    cause instanceof Error
      ? cause.cause instanceof Error
        ? `${cause.message}: ${cause.cause.message}`
        : cause.message
      : String(cause)
  throw complaint(
    `Org, gateway or keeper could not be read: ${reason}`,
    'sallyport doctor',
    'See that the addresses in the cutover file are right.',
  )
}
