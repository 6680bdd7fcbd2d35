/** The declared set as configuration file and admin API make it together. The file declares, the admin API changes; a change of the admin API
 *  stands, over restarts too, until the file says something else of the same egress than it said when the change was made: then the file, which
 *  was edited later, goes before. Its mode is no declaration: the file cannot say it, so it stands until it is resumed. */
import { fault, ok, type Result } from '../../../values/result.ts'
import type { EgressEntry } from './egress-set.ts'

/** `standby`: only what is pinned to it leaves by it. `draining`: nothing new does, what is open runs on. */
export type EgressMode = 'active' | 'standby' | 'draining'

/** `mark` names a declaration without showing it. */
export type Marked = { readonly entry: EgressEntry; readonly mark: string }

/** What the admin API has made of one egress. */
export type EgressChange = {
  readonly name: string
  /** Undefined: the file's holds, unless it is removed. */
  readonly entry: Marked | undefined
  readonly removed: boolean
  readonly mode: EgressMode
  /** The mark of what the file declared when it was changed; undefined for nothing. */
  readonly over: string | undefined
  readonly changedAt: number
}

export type DeclaredItem = Marked & {
  readonly mode: EgressMode
  /** Who declares it as it is. */
  readonly by: 'file' | 'admin'
}

export type Reconciled = {
  readonly items: readonly DeclaredItem[]
  readonly changes: readonly EgressChange[]
  /** Names of those on which the file goes before from now on. */
  readonly undone: readonly string[]
}

/** In the order of the file, then those that the admin API has added. */
export function reconcile(file: readonly Marked[], changes: readonly EgressChange[]): Reconciled {
  const undone: string[] = []
  const kept = changes.flatMap((change) => {
    const declared = file.find(({ entry }) => entry.name === change.name)
    if (change.over === declared?.mark) return [change]
    if (change.entry !== undefined || change.removed) undone.push(change.name)
    if (declared === undefined || change.mode === 'active') return []
    return [{ ...change, entry: undefined, removed: false, over: declared.mark }]
  })
  return { items: itemsOf(file, kept), changes: kept, undone }
}

/** Every change undone but the modes. */
export const fileAlone = (file: readonly Marked[], changes: readonly EgressChange[]): readonly DeclaredItem[] =>
  file.map((each) => ({
    ...each,
    mode: changes.find(({ name }) => name === each.entry.name)?.mode ?? 'active',
    by: 'file',
  }))

function itemsOf(file: readonly Marked[], changes: readonly EgressChange[]): readonly DeclaredItem[] {
  const names = new Set(file.map(({ entry }) => entry.name))
  const byName = new Map(changes.map((change) => [change.name, change]))
  const declared = file.flatMap((each) => {
    const change = byName.get(each.entry.name)
    if (change === undefined) return [{ ...each, mode: 'active' as const, by: 'file' as const }]
    return change.removed ? [] : [itemOf(change.entry, change) ?? { ...each, mode: change.mode, by: 'file' as const }]
  })
  const added = changes.filter(({ name }) => !names.has(name)).flatMap((change) => itemOf(change.entry, change) ?? [])
  return [...declared, ...added]
}

const itemOf = (entry: Marked | undefined, { mode }: EgressChange): DeclaredItem | undefined =>
  entry === undefined ? undefined : { ...entry, mode, by: 'admin' }

/** What the store keeps so that `reconcile` makes these items of this file again. */
export function changesFor(
  items: readonly DeclaredItem[],
  file: readonly Marked[],
  { before, now }: { readonly before: readonly EgressChange[]; readonly now: number },
): readonly EgressChange[] {
  const marks = new Map(file.map(({ entry, mark }) => [entry.name, mark]))
  const changes = items.flatMap(({ entry, mark, mode }) => {
    const over = marks.get(entry.name)
    const changed = over === mark ? undefined : { entry, mark }
    const none = changed === undefined && mode === 'active'
    return none ? [] : [{ name: entry.name, entry: changed, removed: false, mode, over, changedAt: now }]
  })
  const there = new Set(items.map(({ entry }) => entry.name))
  const removed = file.flatMap(({ entry, mark: over }) =>
    there.has(entry.name)
      ? []
      : [{ name: entry.name, entry: undefined, removed: true, mode: 'active' as const, over, changedAt: now }],
  )
  return [...changes, ...removed].map((change) => before.find((each) => isSame(each, change)) ?? change)
}

const isSame = (a: EgressChange, b: EgressChange): boolean =>
  a.name === b.name &&
  a.entry?.mark === b.entry?.mark &&
  a.removed === b.removed &&
  a.mode === b.mode &&
  a.over === b.over

/** Of the whole set: an entry of which only the name is given stays as it is, and so does its mode where nothing is said. */
export type WantedEgress = {
  readonly name: string
  readonly declared: Marked | undefined
  readonly mode: EgressMode | undefined
}

export type SetEdit =
  | { readonly kind: 'whole'; readonly egress: readonly WantedEgress[] }
  | {
      readonly kind: 'parts'
      readonly add: readonly Marked[]
      readonly drain: readonly string[]
      readonly standby: readonly string[]
      readonly resume: readonly string[]
      readonly remove: readonly string[]
    }

export type EditFault = { readonly path: string; readonly message: string; readonly next: string }

/** All faults together. Whether the entries are in order is for `parseEgressSet`. */
export function editSet(
  items: readonly DeclaredItem[],
  edit: SetEdit,
): Result<readonly DeclaredItem[], readonly EditFault[]> {
  return edit.kind === 'whole' ? replaceSet(items, edit.egress) : editParts(items, edit)
}

function replaceSet(
  items: readonly DeclaredItem[],
  wanted: readonly WantedEgress[],
): Result<readonly DeclaredItem[], readonly EditFault[]> {
  const faults: EditFault[] = []
  const edited = wanted.flatMap(({ name, declared, mode }, i) => {
    const known = items.find(({ entry }) => entry.name === name)
    const base = declared ?? known
    if (base === undefined) {
      faults.push(unknown(`egress[${i}]`, name, 'Give it an address or a via, or leave it out.'))
      return []
    }
    const by = known?.mark === base.mark ? known.by : ('admin' as const)
    return [{ entry: base.entry, mark: base.mark, by, mode: mode ?? known?.mode ?? 'active' }]
  })
  return faults.length > 0 ? fault(faults) : ok(edited)
}

function editParts(
  items: readonly DeclaredItem[],
  { add, drain, standby, resume, remove }: Extract<SetEdit, { kind: 'parts' }>,
): Result<readonly DeclaredItem[], readonly EditFault[]> {
  const added = [...items, ...add.map((each) => ({ ...each, mode: 'active' as const, by: 'admin' as const }))]
  const there = new Set(added.map(({ entry }) => entry.name))
  const lacking = (path: string, names: readonly string[]): EditFault[] =>
    names.flatMap((name, i) =>
      there.has(name) ? [] : [unknown(`${path}[${i}]`, name, 'GET /admin/v1/egress lists the names.')],
    )
  const faults = [
    ...lacking('drain', drain),
    ...lacking('standby', standby),
    ...lacking('resume', resume),
    ...lacking('remove', remove),
  ]
  if (faults.length > 0) return fault(faults)
  const left = added.filter(({ entry }) => !remove.includes(entry.name))
  const modeOf = ({ entry: { name }, mode }: DeclaredItem): EgressMode => {
    if (drain.includes(name)) return 'draining'
    if (standby.includes(name)) return 'standby'
    return resume.includes(name) ? 'active' : mode
  }
  return ok(left.map((item) => ({ ...item, mode: modeOf(item) })))
}

const unknown = (path: string, name: string, next: string): EditFault => ({
  path,
  message: `no egress is called ${JSON.stringify(name.slice(0, 80))}`,
  next,
})
