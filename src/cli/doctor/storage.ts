/** The data folder and what lies in it. Nothing is opened that another process owns (P-14), and nothing is made. */
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Loaded } from '../../config/load.ts'
import { adminTokenFileName } from '../../org/admin-token.ts'
import { keyringFileName } from '../../org/keyring-file.ts'
import { migrations as gatewayMigrations } from '../../gateway/store/migrations.ts'
import { migrations as orgMigrations } from '../../org/store/migrations.ts'
import { parseStorageUrl } from '../../storage/url.ts'
import { instant, isoText, type Instant } from '../../values/time.ts'
import { adminTokenFileName as gatewayTokenFileName } from '../../gateway/admin-token.ts'
import { tokenFileName as keeperTokenFileName } from '../../keeper/token-file.ts'
import { ownClientFileName } from '../gateway/own-client.ts'
import { storageFrom } from '../settings.ts'
import { checkDatabase, type System } from './database.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'
import { checkRoom } from './room.ts'

export type StorageFindings = {
  readonly findings: readonly Finding[]
  /** The systems whose data some process has open. */
  readonly owned: ReadonlySet<System['name']>
}

const check = 'storage'
const systems: readonly System[] = [
  { name: 'org', migrations: orgMigrations },
  { name: 'gateway', migrations: gatewayMigrations },
]

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

const alone = (finding: Finding): StorageFindings => ({ findings: [finding], owned: new Set() })

function checkFolder(folder: string, now: Instant): StorageFindings {
  if (!existsSync(folder)) return alone(checkRoomFor(folder))
  if (!statSync(folder).isDirectory()) return alone(failure(check, `${folder} is no folder`, `ls -ld ${folder}`))
  if (!isWritable(folder)) return alone(failure(check, `${folder} cannot be written by this user`, `ls -ld ${folder}`))
  const looked = systems
    .filter(({ name }) => name === 'org' || existsSync(join(folder, `${name}.db`)))
    .map((system) => ({ name: system.name, ...checkDatabase(realpathSync(folder), system) }))
  const beside = [...rights(folder), checkRoom(folder), ...privacy(folder), ...timesIn(folder, now)]
  return {
    owned: new Set(looked.filter(({ owned }) => owned).map(({ name }) => name)),
    findings: [...looked.flatMap(({ findings }) => findings), ...beside],
  }
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

/** Files that came from a backup, or that another user made. */
function rights(folder: string): Finding[] {
  return systems
    .flatMap(({ name }) => [`${name}.db`, `${name}.db-wal`, `${name}.db-shm`, `${name}.lock`])
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path) && !isWritable(path))
    .map((path) => failure(check, `${path} cannot be written by this user`, `ls -l ${path}`, `chmod u+rw ${path}`))
}

const secretFiles = [
  ...systems.map(({ name }) => `${name}.db`),
  adminTokenFileName,
  keyringFileName,
  gatewayTokenFileName,
  ownClientFileName,
  'keeper.db',
  keeperTokenFileName,
]

function privacy(folder: string): Finding[] {
  const open = [folder, ...secretFiles.map((name) => join(folder, name))].filter(
    (path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0,
  )
  if (open.length === 0) return [fine('permissions', `${folder} is for its owner alone`)]
  return open.map((path) =>
    failure('permissions', `others may use ${path}`, `chmod ${path === folder ? 700 : 600} ${path}`),
  )
}

/** A database that was written in the future means that the clock was set back: lifetimes would be stretched by as much. */
function timesIn(folder: string, now: Instant): Finding[] {
  return systems
    .map(({ name }) => join(folder, `${name}.db`))
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const written = instant(statSync(file).mtimeMs)
      if (written <= now + 60_000) return []
      return [
        doubt('clock', `${file} was written at ${isoText(written)}, which is in the future`, 'timedatectl status'),
      ]
    })
}
