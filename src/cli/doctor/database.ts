/** The database file of one system: whose it is, whether it is one, and of which version. Nothing is opened that another process owns (P-14). */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { takeOwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { StorageFault, type Migration } from '../../storage/storage.ts'
import { failure, fine, type Finding } from './finding.ts'

export type System = { readonly name: 'org' | 'gateway'; readonly migrations: readonly Migration[] }

export type DatabaseFindings = {
  readonly findings: readonly Finding[]
  /** A process, presumably the system itself, has it open. */
  readonly owned: boolean
}

const check = 'storage'
const alone = (finding: Finding): DatabaseFindings => ({ findings: [finding], owned: false })

/** The lock is held while the database is looked at, so that no service can start meanwhile and be half seen. */
export function checkDatabase(folder: string, system: System): DatabaseFindings {
  const file = join(folder, `${system.name}.db`)
  if (!existsSync(file)) return alone(fine(check, `${folder} holds no ${system.name} yet`))
  try {
    const { release } = takeOwnerLock(folder, system.name)
    try {
      return alone(checkVersion(file, system))
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

function checkVersion(file: string, { migrations }: System): Finding {
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
