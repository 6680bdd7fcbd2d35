/** The journal of one cutover as its runner writes it: under a lease, line by line, each durable before the next thing is done. */
import { StorageFault, type Storage, type WriteResult } from '../storage/storage.ts'
import { instant, type Instant } from '../values/time.ts'
import { readEntry, writeEntry } from './entry-text.ts'
import type { Entry } from './rules/journal.ts'
import { findEntries } from './store/journal.ts'
import type { CutoverWrites } from './store/writes.ts'

/** Somebody else has taken over: nothing more may be done. */
export class FencedOff extends Error {
  constructor() {
    super('another runner has taken over')
    this.name = 'FencedOff'
  }
}

/** What is not written down is not gone on with. */
export const notWritten = (result: Exclude<WriteResult<unknown>, { readonly kind: 'committed' }>): StorageFault =>
  new StorageFault(
    'STORAGE_NOT_WRITABLE',
    `The journal of the cutover cannot be written: ${result.kind === 'dropped' ? result.why : result.cause.message}.`,
    [
      'See that there is room, and that its file may be written, and run it again: it goes on where the world is.',
      'sallyport cutover status',
    ],
  )

export type OpenJournal = {
  readonly fence: number
  /** All lines; those that a person has asked for meanwhile are among them. */
  readonly read: () => Promise<readonly Entry[]>
  /** Rejects with FencedOff, or with what the store says. */
  readonly write: (entry: Entry) => Promise<void>
  readonly renew: () => Promise<void>
  readonly release: () => Promise<void>
}

export type Taken =
  | { readonly kind: 'taken'; readonly journal: OpenJournal }
  | { readonly kind: 'held'; readonly holder: string; readonly until: Instant }
  | { readonly kind: 'unknown' }

export type JournalParts = {
  readonly storage: Storage<CutoverWrites>
  /** Names this process for people. */
  readonly holder: string
  readonly leaseMs: number
}

export async function takeJournal({ storage, holder, leaseMs }: JournalParts, id: string): Promise<Taken> {
  const result = await storage.write('takeLease', { id, holder, forMs: leaseMs })
  if (result.kind !== 'committed') throw notWritten(result)
  if (result.value.kind === 'unknown') return { kind: 'unknown' }
  if (result.value.kind === 'held')
    return { kind: 'held', holder: result.value.holder, until: instant(result.value.until) }
  const { fence } = result.value
  const lines: Entry[] = []
  let last = 0
  const append = async (entry: Entry): Promise<void> => {
    const line = {
      id,
      fence,
      at: entry.at,
      entry: writeEntry(entry),
      forMs: leaseMs,
      ends: entry.kind === 'ended' && entry.how !== 'halted',
    }
    const written = await storage.write('append', line)
    if (written.kind !== 'committed') throw notWritten(written)
    if (written.value.kind === 'fenced') throw new FencedOff()
  }
  const journal: OpenJournal = {
    fence,
    async read() {
      for (const { seq, entry } of await storage.read(() => findEntries({ id, after: last }))) {
        lines.push(readEntry(entry))
        last = seq
      }
      return lines
    },
    write: append,
    async renew() {
      const renewed = await storage.write('renew', { id, fence, forMs: leaseMs })
      if (renewed.kind !== 'committed') throw notWritten(renewed)
      if (renewed.value.kind === 'fenced') throw new FencedOff()
    },
    async release() {
      await storage.write('releaseLease', { id, fence })
    },
  }
  return { kind: 'taken', journal }
}
