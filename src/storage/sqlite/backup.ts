/** A copy of the whole database while it is in use, by SQLite's own backup interface (P-14). */
import { existsSync, openSync, closeSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { StorageFault } from '../storage.ts'
import { syncFolder } from './folder.ts'
import { openingFault } from './errors.ts'

/** Copying in one step: between two steps another connection's commit would start the copy over. The work is done off the loop. */
const allPages = 2 ** 31 - 1

/** Rejects with a StorageFault; then nothing is left at `toPath`. */
export async function backUp(source: DatabaseSync, toPath: string): Promise<void> {
  const target = resolve(toPath)
  if (existsSync(target)) throw existsFault(target)
  const partial = `${target}.partial`
  try {
    closeSync(openSync(partial, 'wx', 0o600))
    await backup(source, partial, { rate: allPages })
    renameSync(partial, target)
    syncFolder(dirname(target))
  } catch (cause) {
    rmSync(partial, { force: true })
    throw openingFault(cause, target)
  }
}

function existsFault(target: string): StorageFault {
  const next = [`mv ${target} ${target}.old`, 'Name a file that does not exist.']
  return new StorageFault('BACKUP_TARGET_EXISTS', `${target} exists; a backup overwrites nothing.`, next)
}
