/** How old the store is: the day on which it was last known to be in use, so that a restored backup tells its age. */
import { one, run, type Program } from '../../storage/program.ts'

const day = 86_400_000

/** Milliseconds; 0 where the store was never told. Where it is in use, no more than a day old. */
export function* findSeenAt(): Program<number> {
  const row = yield* one<{ value: string }>(`SELECT value FROM facts WHERE name = 'seen_at'`)
  return Number(row?.value ?? 0)
}

/** Writes once a day, and never an earlier instant than was told before. */
export function* tellSeen(now: number): Program<void> {
  if (now - (yield* findSeenAt()) < day) return
  yield* run(
    `INSERT INTO facts (name, value) VALUES ('seen_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    String(now),
  )
}
