/** The keeper's vault and spool, as they lie there: a vault may be looked at while keepers use it, for it is made for several processes (P-14). */
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrations } from '../../keeper/store/migrations.ts'
import { failure, fine, type Finding } from './finding.ts'

export type Vault = {
  readonly findings: readonly Finding[]
  /** Keys of the keyring under which something lies there. */
  readonly keyNames: readonly string[]
}

const check = 'vault'

export function readVault(folder: string): Vault {
  const file = join(folder, 'keeper.db')
  if (!existsSync(file)) return { findings: [fine(check, `${folder} holds no vault yet`)], keyNames: [] }
  try {
    const { schema, connections, keyNames } = lookInto(file)
    if (schema > migrations.length) {
      const says = `${file} has schema ${schema}; this version knows ${migrations.length}`
      return {
        findings: [failure(check, says, 'Start the newer version again, or restore the backup made before.')],
        keyNames,
      }
    }
    return { findings: [fine(check, `${file} opens, and holds ${connections} connections`)], keyNames }
  } catch (cause) {
    const says = `${file} cannot be read as a vault: ${cause instanceof Error ? cause.message : String(cause)}`
    return { findings: [failure(check, says, `ls -l ${file}`, 'Restore it from your backup.')], keyNames: [] }
  }
}

type Seen = { readonly schema: number; readonly connections: number; readonly keyNames: readonly string[] }

function lookInto(file: string): Seen {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const number = (sql: string): number => Number(database.prepare(sql).get()?.['n'] ?? 0)
    const names = database
      .prepare(
        `SELECT key_name AS name FROM connections GROUP BY key_name
         UNION SELECT key_name AS name FROM apps WHERE key_name IS NOT NULL GROUP BY key_name`,
      )
      .all()
    return {
      schema: number('SELECT max(id) AS n FROM sallyport_migrations'),
      connections: number('SELECT count(*) AS n FROM connections'),
      keyNames: names.map(({ name }) => String(name)),
    }
  } finally {
    database.close()
  }
}

/** Where replies go that the store refuses (P-26). */
export function checkSpool(folder: string): Finding {
  const spool = join(folder, 'keeper-spool')
  const asked = [spool, folder].find((path) => existsSync(path))
  if (asked === undefined) return fine('spool', `${spool} is made at the first start`)
  try {
    accessSync(asked, constants.R_OK | constants.W_OK | constants.X_OK)
    return fine('spool', `${spool} can be written`)
  } catch {
    return failure('spool', `${asked} cannot be written by this user, so no token would be sent`, `ls -ld ${asked}`)
  }
}
