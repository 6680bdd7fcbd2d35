/** What SQLite's result codes mean to us: which state of the installation, and whether a failed commit can still appear later. */
import { StorageFault } from '../storage.ts'

/** Primary codes of sqlite3.h. */
const [busy, readOnly, ioError, corrupt, full, cantOpen, constraint, notADatabase] = [5, 8, 10, 11, 13, 14, 19, 26]
const ioWrite = 778
/** FSYNC, DIR_FSYNC: after one of these the operating system may have dropped the pages and call the next fsync a success. */
const lostSyncs: readonly number[] = [1034, 1290]

/** SQLite's extended result code, where the error has one. */
export function resultCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause)) return undefined
  return typeof cause.errcode === 'number' ? cause.errcode : undefined
}

const primary = (cause: unknown): number => (resultCode(cause) ?? 0) & 0xff

export const isBusy = (cause: unknown): boolean => primary(cause) === busy

/** What a COMMIT that failed with this code can have left behind (decision 0003).
 *  `nothing`: the commit record was not written whole, so no recovery will ever find it. `perhaps`: it may lie in the log, unseen until
 *  a recovery. `cannot tell`: a failed fsync; not even reading it back proves that it is on the disk. */
export function leftBehind(cause: unknown): 'nothing' | 'perhaps' | 'cannot tell' {
  const code = resultCode(cause) ?? 0
  if (lostSyncs.includes(code)) return 'cannot tell'
  if (code === ioWrite || [busy, full, constraint].includes(code & 0xff)) return 'nothing'
  return 'perhaps'
}

/** An error met while opening `path`, in the words of the person who has to mend it. What came neither from SQLite nor from the
 *  operating system is a bug, which no act on the installation mends, and is returned as it is. */
export function openingFault(cause: unknown, path: string): Error {
  if (cause instanceof StorageFault) return cause
  if (!(cause instanceof Error)) return new Error(String(cause))
  if (resultCode(cause) === undefined && !('syscall' in cause)) return cause
  if (primary(cause) === notADatabase) return notADatabaseFault(path, cause)
  if (primary(cause) === corrupt) return damagedFault(path, cause)
  if (primary(cause) === full || systemCode(cause) === 'ENOSPC') return fullFault(path, cause)
  if (primary(cause) === busy) return busyFault(path, cause)
  return notWritableFault(path, cause)
}

export function notADatabaseFault(path: string, cause?: unknown): StorageFault {
  const next = [`mv ${path} ${path}.other`, 'Point `storage` at an empty folder.']
  return new StorageFault('STORAGE_NOT_A_DATABASE', `${path} is not a database of Sallyport.`, next, { cause })
}

function damagedFault(path: string, cause: unknown): StorageFault {
  const next = [`sqlite3 ${path} 'PRAGMA integrity_check'`, 'Restore the latest backup.']
  return new StorageFault('STORAGE_NOT_A_DATABASE', `${path} is damaged: ${words(cause)}.`, next, { cause })
}

function fullFault(path: string, cause: unknown): StorageFault {
  const next = [`df -h ${path}`, 'Free some space, then start again.']
  return new StorageFault('STORAGE_FULL', `There is no room left for ${path}: ${words(cause)}.`, next, { cause })
}

function busyFault(path: string, cause: unknown): StorageFault {
  const next = [`fuser ${path}`, 'Close the tool that has the file open, then start again.']
  const means = `${path} is locked by a program that is not Sallyport.`
  return new StorageFault('STORAGE_OWNED_BY_ANOTHER_PROCESS', means, next, { cause })
}

export function notWritableFault(path: string, cause: unknown): StorageFault {
  const next = [
    `ls -ld ${path}*`,
    'Let the user that runs Sallyport write there, or point `storage` at another folder.',
  ]
  return new StorageFault('STORAGE_NOT_WRITABLE', `${path} cannot be written: ${words(cause)}.`, next, { cause })
}

/** Of a file that is in use. */
export function goneFault(path: string): StorageFault {
  const next = [`ls -li ${path}*`, 'Put it back where it was, or stop, restore the latest backup, and start again.']
  return new StorageFault('STORAGE_NOT_WRITABLE', `${path} was deleted or replaced while it was in use.`, next)
}

function systemCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined
  return typeof cause.code === 'string' ? cause.code : undefined
}

export function words(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const detail = primary(cause) === readOnly || primary(cause) === ioError || primary(cause) === cantOpen
  return detail ? `${text} (SQLite code ${resultCode(cause)})` : text
}
