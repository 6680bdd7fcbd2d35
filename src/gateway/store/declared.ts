/** What the admin API has made of the declared set, and how often it was changed. */
import { all, one, run, type Program } from '../../storage/program.ts'

export type StoredChange = {
  readonly name: string
  /** The declaration, sealed; null where the file's holds, or the egress is removed. */
  readonly content: Uint8Array | null
  readonly removed: boolean
  readonly mode: 'active' | 'standby' | 'draining'
  /** Names what the file declared of this egress when it was changed; null for nothing. */
  readonly over: string | null
  readonly changedAt: number
}
export type StoredDeclared = {
  /** Rises with every change; the ETag of the set. */
  readonly version: number
  /** Names what the file declared when it was last read; null before the first time. */
  readonly file: string | null
  readonly changes: readonly StoredChange[]
}

type Row = Omit<StoredChange, 'removed' | 'mode'> & {
  readonly removed: number
  readonly draining: number
  readonly standby: number
}

export function* findDeclared(): Program<StoredDeclared> {
  const rows = yield* all<Row>(
    'SELECT name, content, removed, draining, standby, over, changed_at AS "changedAt" FROM egress_changes ORDER BY changed_at, name',
  )
  const changes = rows.map(({ draining, standby, ...row }): StoredChange => {
    const mode = draining === 1 ? 'draining' : standby === 1 ? 'standby' : 'active'
    return { ...row, removed: row.removed === 1, mode }
  })
  return {
    version: Number((yield* fact('declared_version')) ?? 0),
    file: (yield* fact('declared_file')) ?? null,
    changes,
  }
}

export type DeclaredPlan = {
  /** The version that the change was decided on. */
  readonly expects: number
  readonly file: string
  /** All of them; whatever is not among them goes. */
  readonly changes: readonly StoredChange[]
}

/** The new version, or undefined where another change has come first and nothing was done. */
export function* saveDeclared({ expects, file, changes }: DeclaredPlan): Program<number | undefined> {
  const { version } = yield* findDeclared()
  if (version !== expects) return undefined
  yield* run('DELETE FROM egress_changes')
  for (const { name, content, removed, mode, over, changedAt } of changes)
    yield* run(
      'INSERT INTO egress_changes (name, content, removed, draining, standby, over, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[name, content, removed ? 1 : 0, mode === 'draining' ? 1 : 0, mode === 'standby' ? 1 : 0, over, changedAt],
    )
  yield* setFact('declared_version', String(version + 1))
  yield* setFact('declared_file', file)
  return version + 1
}

function* fact(name: string): Program<string | undefined> {
  return (yield* one<{ value: string }>('SELECT value FROM facts WHERE name = ?', name))?.value
}

function* setFact(name: string, value: string): Program<void> {
  yield* run(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  )
}
