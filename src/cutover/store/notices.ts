/** What became of each notification, for whoever asks how the cutover stands. */
import { all, one, run, type Program } from '../../storage/program.ts'

export type StoredNotice = {
  /** When it was delivered, or given up. */
  readonly at: number
  readonly event: string
  readonly result: 'delivered' | 'given-up'
  readonly attempts: number
  /** A sentence without its full stop. */
  readonly why: string | null
}

export function* noteNotice({
  id,
  notice: { at, event, result, attempts, why },
}: {
  readonly id: string
  readonly notice: StoredNotice
}): Program<void> {
  const last = yield* one<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM notices WHERE cutover = ?', id)
  yield* run(
    'INSERT INTO notices (cutover, seq, at, event, result, attempts, why) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[id, (last?.seq ?? 0) + 1, at, event, result, attempts, why],
  )
}

/** Oldest first. */
export function* findNotices(id: string): Program<readonly StoredNotice[]> {
  return yield* all<StoredNotice>(
    'SELECT at, event, result, attempts, why FROM notices WHERE cutover = ? ORDER BY seq',
    id,
  )
}
