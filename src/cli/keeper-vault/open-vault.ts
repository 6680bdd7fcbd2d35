/** The vault of the data folder, opened for one command, beside the service if it runs: several processes may share it. Nothing is sent. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import type { Keeper } from '../../keeper/keeper-face.ts'
import { startKeeper } from '../../system.ts'
import { complaintOf } from '../complaint-of.ts'
import { complaint, printWarning, wrongUsage } from '../complaint.ts'
import { keyringOf } from '../keeper/keeper-request.ts'
import { pathFromHere } from '../paths.ts'
import { wordsToMend } from '../serve.ts'
import { dataFolder, loadSettings, storageFrom } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export type VaultFlags = { readonly config?: string; readonly storage?: string; readonly json?: boolean }

/** `mayBeNew`: a vault is made where there is none. Throws a Complaint. */
export async function withVault(
  terminal: Terminal,
  flags: VaultFlags,
  { work, mayBeNew = false }: { readonly work: (keeper: Keeper) => Promise<void>; readonly mayBeNew?: boolean },
): Promise<void> {
  const loaded = loadSettings(terminal, flags.config)
  const folder = folderOf(loaded, flags)
  if (!mayBeNew && !existsSync(join(folder, 'keeper.db')))
    throw complaint(
      `There is no keeper's vault in ${pathFromHere(folder)}.`,
      'Name the folder that the keeper is started with: --storage sqlite:FOLDER',
    )
  const keeper = await open(terminal, loaded, folder)
  try {
    await work(keeper)
  } catch (cause) {
    throw complaintOf(cause) ?? cause
  } finally {
    await keeper.close()
  }
}

function folderOf({ configuration, folder: from }: Loaded, { storage }: VaultFlags): string {
  const folder = dataFolder(
    storage === undefined ? storageFrom(configuration.storage, from) : storageFrom(storage, process.cwd()),
  )
  if (folder === undefined) throw wrongUsage('A vault in memory ends with its process.', '--storage sqlite:FOLDER')
  return folder
}

async function open(terminal: Terminal, loaded: Loaded, folder: string): Promise<Keeper> {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event: string, fields?: object) =>
      printWarning(terminal, { means: `${event} ${JSON.stringify(fields ?? {})}`, next: [] }),
  }
  try {
    return await startKeeper({
      ...{ storage: `sqlite:${folder}`, spool: join(folder, 'keeper-spool'), keyring: keyringOf(loaded), log },
      ...{ proxy: 'direct', rounds: 'off' }, // it sends nothing
      loginHosts: loaded.configuration.keeper.loginHosts,
    })
  } catch (cause) {
    throw complaintOf(cause) ?? wordsToMend(cause, 'The keeper') ?? cause
  }
}
