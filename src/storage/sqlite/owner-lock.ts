/** One process owns a system's file (P-14): an exclusive SQLite lock on a small file beside it, which the operating system
 *  releases however the process ends. */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StorageFault } from '../storage.ts'
import { isBusy, openingFault } from './errors.ts'

export type OwnerLock = { readonly release: () => void }

/** A POSIX lock vanishes when *any* descriptor of its file is closed in the process that holds it, so this process must not touch the
 *  lock file a second time, not even to find out that it is taken. The connections are kept here, since one that nobody refers to is closed by
 *  the garbage collector, and its lock with it. */
const heldHere = new Map<string, DatabaseSync>()

/** `folder` must be a real path. Throws a StorageFault at once where the lock is taken: it does not wait. */
export function takeOwnerLock(folder: string, system: string): OwnerLock {
  const path = join(folder, `${system}.lock`)
  const note = join(folder, `${system}.owner`)
  if (heldHere.has(path)) throw ownedFault(folder, system, 'this very process')
  const database = lockFile(path, () => ownedFault(folder, system, ownerIn(note)))
  heldHere.set(path, database)
  const release = (): void => {
    if (!database.isOpen) return
    rmSync(note, { force: true })
    database.close()
    heldHere.delete(path)
  }
  try {
    writeFileSync(note, `${process.pid}\n`, { mode: 0o600 })
  } catch (cause) {
    release()
    throw openingFault(cause, note)
  }
  return { release }
}

function lockFile(path: string, owned: () => StorageFault): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    database = new DatabaseSync(path, { timeout: 0 })
    // in this mode the lock of the first write stays until the connection closes; a journal in memory leaves no second file
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE; PRAGMA user_version = 1; COMMIT')
    return database
  } catch (cause) {
    database?.close()
    throw isBusy(cause) ? owned() : openingFault(cause, path)
  }
}

/** Only a hint for the message; what decides is the lock. */
function ownerIn(note: string): string {
  try {
    const pid = readFileSync(note, 'utf8').trim()
    return /^\d+$/.test(pid) ? `process ${pid}` : 'another process'
  } catch {
    return 'another process'
  }
}

function ownedFault(folder: string, system: string, owner: string): StorageFault {
  const pid = /^process (\d+)$/.exec(owner)?.[1]
  const next = [
    ...(pid === undefined ? [] : [`ps -p ${pid}`]),
    'Stop that process, or let this command speak to it over HTTP.',
    'Or point `storage` at another folder.',
  ]
  const means = `${system}.db in ${folder} is in use by ${owner}; one process owns it.`
  return new StorageFault('STORAGE_OWNED_BY_ANOTHER_PROCESS', means, next)
}
