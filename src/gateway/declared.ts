/** The declared set in force: what the configuration file declares and what the admin API has made of it, over restarts. */
import { fault, ok, type Result } from '../values/result.ts'
import type { Clock } from '../values/domain.ts'
import type { Storage } from '../storage/storage.ts'
import type { Pool } from './egress/pool.ts'
import type { Log } from './log.ts'
import { openDeclaredStore, type DeclaredStore, type Kept, type NotSaved } from './declared-store.ts'
import {
  editSet,
  fileAlone,
  reconcile,
  type DeclaredItem,
  type EditFault,
  type EgressChange,
  type Marked,
  type Reconciled,
  type SetEdit,
} from './rules/egress/declared-set.ts'
import type { Destination } from './rules/destination/destination.ts'
import {
  parseEgressSet,
  type EgressDeclaration,
  type EgressEntry,
  type EgressFault,
} from './rules/egress/egress-set.ts'
import type { GatewayWrites } from './store/writes.ts'
import type { StoreKey } from './store-key.ts'

export type Declared = {
  readonly items: () => readonly DeclaredItem[]
  /** Rises with every change of the set. */
  readonly version: () => number
  /** What `declared` of `SetEdit` is made of. */
  readonly marked: (entry: EgressEntry) => Marked
  /** Resolves when the change is durable and in force (P-44). */
  readonly change: (edit: SetEdit, terms: ChangeTerms) => Promise<Result<number, DeclaredFault>>
  /** A configuration that was read anew: what the file says differently than before goes before what the admin API had made of it. */
  readonly readFile: (entries: readonly EgressEntry[]) => Promise<void>
}

export type DeclaredFault =
  | NotSaved
  | { readonly kind: 'invalid'; readonly faults: readonly EditFault[] }
  /** No egress would be left that takes whatever comes, and the change did not say that it may be so. */
  | { readonly kind: 'nothing-left' }

export type ChangeTerms = {
  /** The version that the change was decided on; undefined: whatever is there is changed. */
  readonly expects: number | undefined
  readonly mayEmpty: boolean
  /** The version rises although nothing changes: whatever was decided on the old one is void (P-64). */
  readonly touch?: boolean | undefined
}

export type DeclaredParts = {
  readonly storage: Pick<Storage<GatewayWrites>, 'read' | 'write'>
  readonly clock: Clock
  readonly log: Log
  readonly pool: Pick<Pool, 'declare' | 'setMode'>
  readonly key: StoreKey
  /** Where the gateway listens: an egress through itself is refused. */
  readonly own: () => readonly Destination[]
}

/** The set is in force when it resolves. Throws where the file's entries are not in order: the configuration is checked before. */
export async function openDeclared(parts: DeclaredParts, entries: readonly EgressEntry[]): Promise<Declared> {
  const kept = openDeclaredStore(parts)
  let state = await readFile(parts, kept, { entries, before: [] })
  const oneAtATime = openQueue()
  return {
    items: () => state.items,
    version: () => state.version,
    marked: kept.marked,
    change: (edit, terms) =>
      oneAtATime(async () => {
        const changed = await change({ parts, kept, state }, edit, terms)
        if (changed.ok) state = changed.value
        return changed.ok ? ok(state.version) : changed
      }),
    readFile: (again) =>
      oneAtATime(async () => {
        state = await readFile(parts, kept, { entries: again, before: state.items })
      }),
  }
}

async function change(
  { parts, kept, state }: { readonly parts: DeclaredParts; readonly kept: DeclaredStore; readonly state: Kept },
  edit: SetEdit,
  { expects, mayEmpty, touch = false }: ChangeTerms,
): Promise<Result<Kept, DeclaredFault>> {
  if (expects !== undefined && expects !== state.version) return fault({ kind: 'stale' })
  const edited = editSet(state.items, edit)
  if (!edited.ok) return fault({ kind: 'invalid', faults: edited.fault })
  const parsed = parseItems(edited.value, parts.own())
  if (!parsed.ok) return fault({ kind: 'invalid', faults: parsed.fault.map(mendIt) })
  if (!touch && sameItems(edited.value, state.items)) return ok(state)
  if (!mayEmpty && edited.value.every(({ mode }) => mode !== 'active')) return fault({ kind: 'nothing-left' })
  const saved = await kept.save(state, edited.value, touch)
  if (!saved.ok) return saved
  await putInForce(parts.pool, { items: edited.value, declarations: parsed.value }, state.items)
  return saved
}

/** What of the admin API's changes stands beside the file as it is now. */
async function readFile(
  parts: DeclaredParts,
  kept: DeclaredStore,
  { entries, before }: { readonly entries: readonly EgressEntry[]; readonly before: readonly DeclaredItem[] },
): Promise<Kept> {
  const file = entries.map(kept.marked)
  const { changes, ...found } = await kept.load()
  const { items, undone, why } = together(file, changes, parts.own())
  if (undone.length > 0) parts.log.warn('egress-changes-undone', { egress: undone, why })
  const declarations = parseItems(items, parts.own())
  if (!declarations.ok)
    throw new Error(
      `the declared set is not in order: ${declarations.fault[0]?.path} ${declarations.fault[0]?.message}`,
    )
  const saved = await kept.save({ ...found, file, changes, items }, items)
  if (!saved.ok) throw new Error('the declared set could not be stored')
  await putInForce(parts.pool, { items, declarations: declarations.value }, before)
  return saved.value
}

/** Where each is in order alone and they clash together, such as over one address, the file goes before: it was edited later. */
function together(
  file: readonly Marked[],
  changes: readonly EgressChange[],
  own: readonly Destination[],
): Pick<Reconciled, 'items' | 'undone'> & { readonly why: string } {
  const reconciled = reconcile(file, changes)
  const parsed = parseItems(reconciled.items, own)
  if (parsed.ok) return { ...reconciled, why: 'the configuration file says something else since' }
  const why = `${parsed.fault[0]?.path} ${parsed.fault[0]?.message}`
  return { items: fileAlone(file, changes), undone: changes.map(({ name }) => name), why }
}

const parseItems = (items: readonly DeclaredItem[], own: readonly Destination[]): ReturnType<typeof parseEgressSet> =>
  parseEgressSet(
    items.map(({ entry }) => entry),
    own,
  )

const mendIt = (each: EgressFault): EditFault => ({ ...each, next: 'Mend it and send the request again.' })

const sameItems = (a: readonly DeclaredItem[], b: readonly DeclaredItem[]): boolean =>
  a.length === b.length && a.every((item, i) => isSame(item, b[i]))
const isSame = (a: DeclaredItem, b: DeclaredItem | undefined): boolean =>
  b !== undefined && a.entry.name === b.entry.name && a.mark === b.mark && a.mode === b.mode

/** Its mode is set in the same turn in which it is declared, so that a drained egress that is changed gets no tunnel in between; those that take
 *  tunnels again come first, so that there is something to leave by at every moment (P-60), and not only when the probes under way are over. */
async function putInForce(
  pool: DeclaredParts['pool'],
  {
    items,
    declarations,
  }: { readonly items: readonly DeclaredItem[]; readonly declarations: readonly EgressDeclaration[] },
  before: readonly DeclaredItem[],
): Promise<void> {
  const resting = items.filter(({ mode }) => mode !== 'active')
  const isResting = ({ entry }: DeclaredItem): boolean => resting.some((each) => each.entry.name === entry.name)
  const resumed = before.filter((each) => each.mode !== 'active' && !isResting(each))
  const setModes = (): void => {
    for (const { entry } of resumed) pool.setMode(entry.name, 'active')
    for (const { entry, mode } of resting) pool.setMode(entry.name, mode)
  }
  const declared = pool.declare(declarations)
  setModes()
  await declared
  setModes()
}

/** One after the other: what is decided on the set as it is must still be so when it is stored. */
function openQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined) // told to whoever asked
    return await mine
  }
}
