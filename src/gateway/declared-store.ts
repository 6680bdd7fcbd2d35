/** The admin API's changes of the declared set at rest: sealed, compared by marks. */
import type { Storage, WriteResult } from '../storage/storage.ts'
import { parseOwnJson } from '../values/own-json.ts'
import type { Clock } from '../values/domain.ts'
import { fault, ok, type Result } from '../values/result.ts'
import { changesFor, type DeclaredItem, type EgressChange, type Marked } from './rules/egress/declared-set.ts'
import type { EgressEntry } from './rules/egress/egress-set.ts'
import { findDeclared, type StoredChange } from './store/declared.ts'
import type { GatewayWrites } from './store/writes.ts'
import type { StoreKey } from './store-key.ts'

export type Kept = Found & {
  readonly file: readonly Marked[]
  readonly changes: readonly EgressChange[]
  readonly items: readonly DeclaredItem[]
}
type Found = {
  readonly version: number
  /** The mark of the file as it was when this was stored; null before the first time. */
  readonly fileMark: string | null
}
export type NotSaved =
  | { readonly kind: 'stale' }
  /** Not known: the store could not say whether it did. */
  | { readonly kind: 'not-stored'; readonly known: boolean }

export type DeclaredStore = {
  readonly marked: (entry: EgressEntry) => Marked
  readonly load: () => Promise<Found & { readonly changes: readonly EgressChange[] }>
  /** Durable when it resolves with what is kept from now on. Writes nothing where that is what is there, unless `touch` wants a new version. */
  readonly save: (before: Kept, items: readonly DeclaredItem[], touch?: boolean) => Promise<Result<Kept, NotSaved>>
}

export function openDeclaredStore(parts: {
  readonly storage: Pick<Storage<GatewayWrites>, 'read' | 'write'>
  readonly clock: Clock
  readonly key: StoreKey
}): DeclaredStore {
  const { storage, clock, key } = parts
  const marked = (entry: EgressEntry): Marked => ({ entry, mark: key.mark(canonical(entry)) })
  return {
    marked,
    async load() {
      const { version, file, changes } = await storage.read(() => findDeclared())
      return { version, fileMark: file, changes: changes.map((change) => unsealed(change, key, marked)) }
    },
    async save({ version, fileMark, file, changes: before }, items, touch = false) {
      const changes = changesFor(items, file, { before, now: clock() })
      const mark = key.mark(JSON.stringify(file.map(({ mark: each }) => each)))
      const kept = { version, fileMark: mark, file, changes, items }
      if (!touch && mark === fileMark && sameChanges(before, changes)) return ok(kept)
      const plan = { expects: version, file: mark, changes: changes.map((change) => sealed(change, key)) }
      const stored = saved(await storage.write('saveDeclared', plan))
      return stored.ok ? ok({ ...kept, version: stored.value }) : stored
    },
  }
}

/** Fields in one order, so that the same declaration has the same mark. */
function canonical(entry: EgressEntry): string {
  const seen = entry.public ?? null
  return JSON.stringify(
    'via' in entry ? [entry.name, seen, 'via', entry.via] : [entry.name, seen, 'address', entry.address, entry.confirm],
  )
}

/** `changesFor` hands on what has not changed. */
const sameChanges = (before: readonly EgressChange[], after: readonly EgressChange[]): boolean =>
  before.length === after.length && after.every((change) => before.includes(change))

function saved(result: WriteResult<number | undefined>): Result<number, NotSaved> {
  if (result.kind === 'unknown') return fault({ kind: 'not-stored', known: false })
  if (result.kind !== 'committed') return fault({ kind: 'not-stored', known: true })
  return result.value === undefined ? fault({ kind: 'stale' }) : ok(result.value)
}

const place = (name: string): string => `the egress ${name}`

const sealed = ({ entry, over, ...change }: EgressChange, key: StoreKey): StoredChange => ({
  ...{ ...change, over: over ?? null },
  content: entry === undefined ? null : key.seal(JSON.stringify(entry.entry), place(change.name)),
})

const unsealed = (
  { content, over, ...change }: StoredChange,
  key: StoreKey,
  marked: (entry: EgressEntry) => Marked,
): EgressChange => ({
  ...{ ...change, over: over ?? undefined },
  entry: content === null ? undefined : marked(parseOwnJson<EgressEntry>(key.unseal(content, place(change.name)))),
})
