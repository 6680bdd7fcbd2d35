/** The folder and the file of one system, made private before SQLite sees them. */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { openingFault } from './errors.ts'

/** The folder's real path; made with mode 0700 where it is missing. Throws a StorageFault. */
export function prepareFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return realpathSync(folder)
  } catch (cause) {
    throw openingFault(cause, folder)
  }
}

/** The path of the system's database, mode 0600; SQLite gives its log the same mode. Throws a StorageFault.
 *  To be called before this process' first connection (a POSIX lock vanishes when any descriptor of the file is closed). Other processes may
 *  be at the same meanwhile. */
export function prepareFile(folder: string, system: string): string {
  const path = join(folder, `${system}.db`)
  try {
    if (!existsSync(path)) create(path, folder)
    else if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
    // SQLite opens for reading what it may not write, and says so only at the first change
    for (const each of [path, `${path}-wal`]) requireWritable(each)
    return path
  } catch (cause) {
    throw openingFault(cause, path)
  }
}

function create(path: string, folder: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (cause) {
    // another process that shares it was faster, with the same mode; a link that leads nowhere is still refused
    if (codeOf(cause) !== 'EEXIST' || !existsSync(path)) throw cause
  }
  syncFolder(folder)
}

/** A log that is not there is as good: it goes with the last process that has it open. */
function requireWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK)
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}

/** A new file's name is durable only once its folder is. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
