/** The data folder and what lies in it. Nothing is opened that another process owns (P-14), and nothing is made. */
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Loaded } from '../../config/load.ts'
import { adminTokenFileName } from '../../org/admin-token.ts'
import { keyringFileName } from '../../org/keyring-file.ts'
import { migrations } from '../../org/store/migrations.ts'
import { takeOwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { StorageFault } from '../../storage/storage.ts'
import { parseStorageUrl } from '../../storage/url.ts'
import { instant, isoText, type Instant } from '../../values/time.ts'
import { storageFrom } from '../settings.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'
import { checkRoom } from './room.ts'

export type StorageFindings = {
  readonly findings: readonly Finding[]
  /** A process, presumably an org, has it open. */
  readonly owned: boolean
}

const check = 'storage'

export function checkStorage({ configuration, folder: from }: Loaded, now: Instant): StorageFindings {
  const url = parseStorageUrl(storageFrom(configuration.storage, from))
  if (!url.ok) return alone(failure(check, url.fault.message, ...url.fault.next))
  switch (url.value.kind) {
    case 'sqlite-memory':
      return alone(doubt(check, 'in memory: everything is gone when the service stops', 'storage: sqlite:./data'))
    case 'postgres':
      return alone(failure(check, 'this version of Sallyport has no PostgreSQL engine', 'storage: sqlite:./data'))
    case 'sqlite-folder':
      return checkFolder(url.value.folder, now)
  }
}

const alone = (finding: Finding): StorageFindings => ({ findings: [finding], owned: false })

function checkFolder(folder: string, now: Instant): StorageFindings {
  if (!existsSync(folder)) return alone(checkRoomFor(folder))
  if (!statSync(folder).isDirectory()) return alone(failure(check, `${folder} is no folder`, `ls -ld ${folder}`))
  if (!isWritable(folder)) return alone(failure(check, `${folder} cannot be written by this user`, `ls -ld ${folder}`))
  const database = checkDatabase(realpathSync(folder))
  const beside = [...rights(folder), checkRoom(folder), ...privacy(folder), ...timesIn(folder, now)]
  return { owned: database.owned, findings: [...database.findings, ...beside] }
}

/** A folder that is not there yet is made at the first start, if that is possible. */
function checkRoomFor(folder: string): Finding {
  const parent = existingParent(folder)
  if (!statSync(parent).isDirectory()) return failure(check, `${parent} is no folder`, `ls -ld ${parent}`)
  if (isWritable(parent)) return fine(check, `${folder} does not exist yet; the first start makes it`)
  return failure(check, `${folder} does not exist, and this user may not make it`, `ls -ld ${parent}`)
}

const existingParent = (path: string): string => (existsSync(path) ? path : existingParent(dirname(path)))

function isWritable(path: string): boolean {
  const needed = constants.R_OK | constants.W_OK | (statSync(path).isDirectory() ? constants.X_OK : 0)
  try {
    accessSync(path, needed)
    return true
  } catch {
    return false
  }
}

/** The lock is held while the database is looked at, so that no service can start meanwhile and be half seen. */
function checkDatabase(folder: string): StorageFindings {
  const file = join(folder, 'org.db')
  if (!existsSync(file)) return alone(fine(check, `${folder} holds no org yet`))
  try {
    const { release } = takeOwnerLock(folder, 'org')
    try {
      return alone(checkVersion(file))
    } finally {
      release()
    }
  } catch (cause) {
    if (!(cause instanceof StorageFault)) throw cause
    const owned = cause.code === 'STORAGE_OWNED_BY_ANOTHER_PROCESS'
    return owned
      ? { findings: [fine(check, cause.message)], owned }
      : alone(failure(check, cause.message, ...cause.next))
  }
}

function checkVersion(file: string): Finding {
  const found = schemaOf(file)
  if (found === undefined) return failure(check, `${file} is no database of Sallyport`, `mv ${file} ${file}.other`)
  const known = migrations.length
  if (found > known) {
    const says = `${file} has schema ${found}; this version knows ${known}`
    return failure(check, says, 'Start the newer version again, or restore the backup made before the upgrade.')
  }
  const step = found < known ? `; the next start brings it to schema ${known}` : ''
  return fine(check, `${file} has schema ${found}${step}; nobody has it open`)
}

function schemaOf(file: string): number | undefined {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const row = database.prepare('SELECT max(id) AS newest FROM sallyport_migrations').get()
    return typeof row?.['newest'] === 'number' ? row['newest'] : 0
  } catch {
    return undefined // not a database, or one of something else: which of the two makes no difference to what to do
  } finally {
    database.close()
  }
}

/** Files that came from a backup, or that another user made. */
function rights(folder: string): Finding[] {
  return ['org.db', 'org.db-wal', 'org.db-shm', 'org.lock']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path) && !isWritable(path))
    .map((path) => failure(check, `${path} cannot be written by this user`, `ls -l ${path}`, `chmod u+rw ${path}`))
}

function privacy(folder: string): Finding[] {
  const open = [folder, ...[adminTokenFileName, keyringFileName, 'org.db'].map((name) => join(folder, name))].filter(
    (path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0,
  )
  if (open.length === 0) return [fine('permissions', `${folder} is for its owner alone`)]
  return open.map((path) =>
    failure('permissions', `others may use ${path}`, `chmod ${path === folder ? 700 : 600} ${path}`),
  )
}

/** A database that was written in the future means that the clock was set back: lifetimes would be stretched by as much. */
function timesIn(folder: string, now: Instant): Finding[] {
  const file = join(folder, 'org.db')
  if (!existsSync(file)) return []
  const written = instant(statSync(file).mtimeMs)
  if (written <= now + 60_000) return []
  return [doubt('clock', `${file} was written at ${isoText(written)}, which is in the future`, 'timedatectl status')]
}
