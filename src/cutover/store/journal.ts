/** Cutovers and their journals: one runner at a time by lease and fence (L-100), every line in its order. */
import { all, one, run, storeNow, type Program } from '../../storage/program.ts'

export type StoredCutover = {
  readonly id: string
  /** For people: of several all their names. */
  readonly app: string
  readonly createdAt: number
  readonly endedAt: number | null
  readonly holder: string | null
  readonly fence: number
  readonly until: number
}
export type StoredEntry = { readonly seq: number; readonly fence: number; readonly at: number; readonly entry: string }

const columns = 'id, app, created_at AS "createdAt", ended_at AS "endedAt", holder, fence, until'

export function* findCutover(id: string): Program<StoredCutover | undefined> {
  return yield* one<StoredCutover>(`SELECT ${columns} FROM cutovers WHERE id = ?`, id)
}

/** The newest first. */
export function* findCutovers(limit: number): Program<readonly StoredCutover[]> {
  return yield* all<StoredCutover>(`SELECT ${columns} FROM cutovers ORDER BY created_at DESC, id LIMIT ?`, limit)
}

/** Oldest first; `after` is the last seq that was seen. */
export function* findEntries({
  id,
  after,
}: {
  readonly id: string
  readonly after: number
}): Program<readonly StoredEntry[]> {
  return yield* all<StoredEntry>(
    'SELECT seq, fence, at, entry FROM entries WHERE cutover = ? AND seq > ? ORDER BY seq',
    ...[id, after],
  )
}

/** Of any of these apps; the oldest. */
export function* findUnderWay(apps: readonly string[]): Program<string | undefined> {
  const marks = apps.map(() => '?').join(', ')
  const other = yield* one<{ id: string }>(
    `SELECT id FROM cutovers WHERE ended_at IS NULL AND id IN (SELECT cutover FROM cutover_apps WHERE app IN (${marks})) ORDER BY created_at, id`,
    ...apps,
  )
  return other?.id
}

/** An app has one cutover at a time: a second one would undo what the first relies on. */
export function* createCutover({
  id,
  apps,
  entry,
}: {
  readonly id: string
  readonly apps: readonly string[]
  readonly entry: string
}): Program<{ readonly kind: 'created' } | { readonly kind: 'under-way'; readonly id: string }> {
  const other = yield* findUnderWay(apps)
  if (other !== undefined) return { kind: 'under-way', id: other }
  const now = yield* storeNow()
  yield* run(
    'INSERT INTO cutovers (id, app, created_at, ended_at, holder, fence, until) VALUES (?, ?, ?, NULL, NULL, 0, 0)',
    ...[id, apps.join(' and '), now],
  )
  for (const app of apps) yield* run('INSERT INTO cutover_apps (cutover, app) VALUES (?, ?)', id, app)
  yield* addEntry({ id, fence: 0, at: now, entry })
  return { kind: 'created' }
}

export type LeaseOutcome =
  | { readonly kind: 'taken'; readonly fence: number }
  | { readonly kind: 'held'; readonly holder: string; readonly until: number }
  | { readonly kind: 'unknown' }

/** Whoever takes it fences off whoever had it. */
export function* takeLease({
  id,
  holder,
  forMs,
}: {
  readonly id: string
  readonly holder: string
  readonly forMs: number
}): Program<LeaseOutcome> {
  const cutover = yield* findCutover(id)
  if (cutover === undefined) return { kind: 'unknown' }
  const now = yield* storeNow()
  if (cutover.holder !== null && cutover.until > now)
    return { kind: 'held', holder: cutover.holder, until: cutover.until }
  const fence = cutover.fence + 1
  yield* run('UPDATE cutovers SET holder = ?, fence = ?, until = ? WHERE id = ?', holder, fence, now + forMs, id)
  return { kind: 'taken', fence }
}

export type Append = {
  readonly id: string
  readonly fence: number
  /** On the runner's clock. */
  readonly at: number
  readonly entry: string
  readonly forMs: number
  /** Whether the cutover ends with it, or goes on with it. */
  readonly ends: boolean
}

/** Also renews the lease. One whose time is over but that nobody has taken goes on: the journal has not changed meanwhile. */
export function* append(
  line: Append,
): Program<{ readonly kind: 'written'; readonly seq: number } | { readonly kind: 'fenced' }> {
  const cutover = yield* findCutover(line.id)
  if (cutover === undefined || cutover.fence !== line.fence || cutover.holder === null) return { kind: 'fenced' }
  const now = yield* storeNow()
  yield* run(
    'UPDATE cutovers SET until = ?, ended_at = ? WHERE id = ?',
    ...[now + line.forMs, line.ends ? now : null, line.id],
  )
  return { kind: 'written', seq: yield* addEntry(line) }
}

/** While the runner waits. */
export function* renew({
  id,
  fence,
  forMs,
}: {
  readonly id: string
  readonly fence: number
  readonly forMs: number
}): Program<{ readonly kind: 'renewed' | 'fenced' }> {
  const changed = yield* run(
    'UPDATE cutovers SET until = ? WHERE id = ? AND fence = ? AND holder IS NOT NULL',
    ...[(yield* storeNow()) + forMs, id, fence],
  )
  return { kind: changed === 1 ? 'renewed' : 'fenced' }
}

/** What a person asks is written by whoever they ask; the runner reads it before its next step. */
export function* ask({
  id,
  at,
  entry,
}: {
  readonly id: string
  readonly at: number
  readonly entry: string
}): Program<{ readonly kind: 'written'; readonly seq: number } | { readonly kind: 'unknown' }> {
  if ((yield* findCutover(id)) === undefined) return { kind: 'unknown' }
  return { kind: 'written', seq: yield* addEntry({ id, fence: 0, at, entry }) }
}

/** Only by its own fence; with it the next run begins at once (L-89). */
export function* releaseLease({ id, fence }: { readonly id: string; readonly fence: number }): Program<void> {
  yield* run('UPDATE cutovers SET holder = NULL WHERE id = ? AND fence = ?', id, fence)
}

function* addEntry({
  id,
  fence,
  at,
  entry,
}: {
  readonly id: string
  readonly fence: number
  readonly at: number
  readonly entry: string
}): Program<number> {
  const last = yield* one<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM entries WHERE cutover = ?', id)
  const seq = (last?.seq ?? 0) + 1
  yield* run('INSERT INTO entries (cutover, seq, fence, at, entry) VALUES (?, ?, ?, ?, ?)', id, seq, fence, at, entry)
  return seq
}
