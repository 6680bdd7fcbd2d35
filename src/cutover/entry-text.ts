/** Lines of the journal as they are stored: JSON, without secrets. */
import { parseOwnJson } from '../values/own-json.ts'
import type { Instant } from '../values/time.ts'
import { presentForm } from './earlier-entry.ts'
import type { Entry } from './rules/journal.ts'
import type { Seen } from './rules/seen.ts'

type Stored =
  | Exclude<Entry, { readonly kind: 'observed' }>
  | (Extract<Entry, { readonly kind: 'observed' }> & { readonly seen: StoredSeen })
type StoredSeen = Omit<Seen, 'usedAt'> & { readonly usedAt: readonly (readonly [string, Instant])[] }

export const writeEntry = (entry: Entry): string =>
  JSON.stringify(
    entry.kind === 'observed' ? { ...entry, seen: { ...entry.seen, usedAt: [...entry.seen.usedAt] } } : entry,
  )

/** Of any version. */
export function readEntry(text: string): Entry {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own lines, in their present form
  const stored = presentForm(parseOwnJson<Readonly<Record<string, unknown>>>(text)) as Stored
  if (stored.kind !== 'observed') return stored
  return { ...stored, seen: { ...stored.seen, usedAt: new Map(stored.seen.usedAt) } }
}
