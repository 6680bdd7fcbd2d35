/** What the parts of a cutover stand on: settings, tokens, clock, folders. */
import { processSources } from '../../config/process.ts'
import type { Loaded } from '../../config/load.ts'
import { adminTokenFileName as gatewayTokenFile } from '../../gateway/admin-token.ts'
import { tokenFileName as keeperTokenFile } from '../../keeper/token-file.ts'
import { steadyClock, systemEnvironment } from '../../system.ts'
import type { Clock } from '../../values/domain.ts'
import type { Secret } from '../../values/secret.ts'
import type { Duration } from '../../values/time.ts'
import { openLog } from '../log.ts'
import { Complaint, complaint } from '../complaint.ts'
import { findToken, type WantedToken } from '../org-address.ts'
import { dataFolder, loadSettings, storageFrom } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export type Ground = {
  readonly loaded: Loaded
  /** That of the journal. */
  readonly clock: Clock
  readonly wait: (length: Duration) => Promise<void>
  /** A text that no other process has at the same time. */
  readonly unique: () => string
  /** Of the data. */
  readonly folder: string
  readonly workingDirectory: string
}

export function groundOf(terminal: Terminal, config: string | undefined): Ground {
  const loaded = loadSettings(terminal, config)
  const { wait, random } = systemEnvironment(openLog(terminal))
  const storage = storageFrom(loaded.configuration.storage, loaded.folder)
  return {
    ...{ loaded, clock: steadyClock, wait },
    unique: () => Buffer.from(random(8)).toString('hex'),
    folder: dataFolder(storage) ?? loaded.folder,
    workingDirectory: processSources().workingDirectory,
  }
}

const admin = 'SALLYPORT_ADMIN_TOKEN'
export const orgToken = (loaded: Loaded, given: Secret | undefined): Secret =>
  tokenOf(loaded, 'org', { given: given ?? loaded.adminToken, fileName: 'admin-token', variable: admin })
export const gatewayToken = (loaded: Loaded, given: Secret | undefined): Secret =>
  tokenOf(loaded, 'gateway', { given: given ?? loaded.adminToken, fileName: gatewayTokenFile, variable: admin })
export const keeperToken = (loaded: Loaded, given: Secret | undefined): Secret =>
  tokenOf(loaded, 'keeper', {
    ...{ given: given ?? loaded.configuration.keeper.token, fileName: keeperTokenFile },
    variable: 'SALLYPORT_KEEPER_TOKEN',
  })

/** Throws a Complaint where there is none: that of a service on another machine stands in the cutover file. */
function tokenOf(loaded: Loaded, who: string, wanted: Omit<WantedToken, 'called'>): Secret {
  try {
    return findToken(loaded, { ...wanted, called: `token of the ${who}` }).token
  } catch (cause) {
    if (!(cause instanceof Complaint)) throw cause
    throw complaint(
      cause.message,
      `Write it in the cutover file, as tokens: { ${who}: { file: PATH } }, or { env: NAME }.`,
      'Or run this where the services run: in the folder, or with the --config, that they were started with.',
    )
  }
}
