/** Rows of grants that were redeemed lately, as this process's last commit left them, so that a rotation need not read what the one before it
 *  wrote. Only the owner of the store may remember anything: with SQLite that is this process, with a shared store nobody. */
import type { Storage, WriteResult, WriteTerms } from '../../storage/storage.ts'
import type { GrantRow } from './grants.ts'
import type { OrgWrites } from './writes.ts'

/** What is remembered may be overtaken by a commit that is under way. So it may only be acted on by a write that compares and sets; every other
 *  conclusion, a refusal above all, is drawn from the store itself. */
export type KnownGrants = {
  readonly get: (id: string) => GrantRow | undefined
  /** Call in the same turn in which the row was read, or its write was acknowledged. */
  readonly keep: (row: GrantRow) => void
  readonly forget: (id: string) => void
}

/** About 10 MB when full. */
const mostRows = 10_000

/** Writes that leave every row of a grant as it was, or take a stale one for a lost race. */
const leavesGrants: ReadonlySet<string> = new Set<keyof OrgWrites>([
  'redeem',
  'recordHistory',
  'recordUse',
  'recordAudit',
  'alert',
])

/** Every other write empties the memory before its own caller hears of it. */
export function openKnownGrants(storage: Storage<OrgWrites>): {
  readonly storage: Storage<OrgWrites>
  readonly grants: KnownGrants
} {
  if (storage.engine !== 'sqlite') return { storage, grants: { get: () => undefined, keep() {}, forget() {} } }
  const rows = new Map<string, GrantRow>()
  return {
    storage: watched(storage, () => rows.clear()),
    grants: {
      get: (id) => rows.get(id),
      keep(row) {
        const known = rows.get(row.id)
        if (known !== undefined && known.sequence > row.sequence) return
        rows.delete(row.id) // so that the map's order is that of use
        if (rows.size >= mostRows) forgetOldest(rows)
        rows.set(row.id, row)
      },
      forget: (id) => void rows.delete(id),
    },
  }
}

function watched(storage: Storage<OrgWrites>, changed: () => void): Storage<OrgWrites> {
  const afterwards = <T>(result: WriteResult<T>): WriteResult<T> => {
    changed()
    return result
  }
  return {
    engine: storage.engine,
    read: (program) => storage.read(program),
    write: (name, input, terms?: WriteTerms) =>
      leavesGrants.has(name) ? storage.write(name, input, terms) : storage.write(name, input, terms).then(afterwards),
    backup: (toPath) => storage.backup(toPath),
    close: () => storage.close(),
  }
}

function forgetOldest(rows: Map<string, GrantRow>): void {
  const [oldest] = rows.keys()
  if (oldest !== undefined) rows.delete(oldest)
}
