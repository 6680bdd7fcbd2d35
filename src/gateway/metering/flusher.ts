/** Batches on their way into the store: one at a time, each until it is known to be there. */
import type { WriteResult } from '../../storage/storage.ts'
import type { Log } from '../log.ts'
import type { MonthSum, UsageBatch } from '../store/usage.ts'

/** `note` comes back with the answer. */
export type Taken<Note> = { readonly batch: Omit<UsageBatch, 'processId' | 'sequence'>; readonly note: Note }

export type Flusher = {
  /** Resolves when everything that was counted before the call is stored, or could not be stored now. Rejects never. */
  readonly flush: () => Promise<void>
  readonly busy: () => boolean
  /** The last write was not stored, so what it had waits. */
  readonly failing: () => boolean
  /** The batch whose fate is not known, or that failed and waits for the next flush. */
  readonly unsettled: () => UsageBatch | undefined
}

type Waiting<Note> = { readonly batch: UsageBatch; readonly note: Note }

/** A batch that failed goes again as it was, under its own number, so that it counts once even where the failure was only in the report (P-44). */
export function openFlusher<Note>(parts: {
  readonly processId: string
  readonly take: () => Taken<Note> | undefined
  readonly write: (batch: UsageBatch) => Promise<WriteResult<readonly MonthSum[]>>
  readonly settled: (sums: readonly MonthSum[], note: Note) => void
  readonly log: Log
}): Flusher {
  let sequence = 0
  let failing = false
  let waiting: Waiting<Note> | undefined
  let running: Promise<void> | undefined

  const next = (): Waiting<Note> | undefined => {
    const taken = parts.take()
    if (taken === undefined) return undefined
    sequence += 1
    return { batch: { ...taken.batch, processId: parts.processId, sequence }, note: taken.note }
  }
  /** What waited, and then one batch of what came since: not more, however fast it comes. */
  const store = async (): Promise<void> => {
    if (waiting !== undefined && !(await send(waiting))) return
    waiting = next()
    if (waiting !== undefined) await send(waiting)
  }
  const send = async ({ batch, note }: Waiting<Note>): Promise<boolean> => {
    const result = await parts.write(batch)
    if (result.kind !== 'committed') {
      tell(result)
      return false
    }
    if (failing) parts.log.info('usage-stored-again', { sequence: batch.sequence })
    failing = false
    waiting = undefined
    parts.settled(result.value, note)
    return true
  }
  /** Once, and again only after it went well in between. */
  const tell = (result: WriteResult<unknown>): void => {
    if (!failing) parts.log.error('usage-not-stored', { why: whyOf(result), next: 'It is kept and tried again.' })
    failing = true
  }
  const flush = async (): Promise<void> => {
    await running // what it took may be older than what is asked for
    running ??= store()
      .catch((cause: unknown) =>
        tell({ kind: 'failed', cause: cause instanceof Error ? cause : new Error(String(cause)) }),
      )
      .finally(() => (running = undefined))
    await running
  }
  return { flush, busy: () => running !== undefined, failing: () => failing, unsettled: () => waiting?.batch }
}

function whyOf(result: WriteResult<unknown>): string {
  if (result.kind === 'dropped') return result.why
  return result.kind === 'committed' ? '' : result.cause.message
}
