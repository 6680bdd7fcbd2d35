/** Services of one process from their start to their last request. */
import { OpenToOthers } from '../storage/private-file.ts'
import { setTimeout as wait } from 'node:timers/promises'
import { complaint, type Complaint } from './complaint.ts'
import { listenForStop } from './stop-signals.ts'
import type { Terminal } from './terminal.ts'
import { holdYoungGeneration } from './young-generation.ts'

/** Where what was started is left, to be closed in the order in which it was started (P-15: the org before the gateway), but for what says otherwise. */
export type House = {
  readonly keep: (close: () => Promise<void>) => void
  /** To be closed before all that was started so far: what is under way there may need the others (P-15: the keeper before the org). */
  readonly keepFirst: (close: () => Promise<void>) => void
  /** A store can take no further write (P-04): the process ends with the reason. */
  readonly onFault: (cause: Error) => void
}

/** Resolves when the process was asked to stop and everything has drained. Throws what `begin` throws, a Complaint where something cannot start,
 *  and one where a store has given up. */
export async function serve(terminal: Terminal, begin: (house: House) => Promise<void>): Promise<void> {
  const stop = listenForStop()
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {}) // heard below, and by nobody before that
  const closers: (() => Promise<void>)[] = []
  const keep = (close: () => Promise<void>): void => void closers.push(close)
  const young = holdYoungGeneration()
  const keepFirst = (close: () => Promise<void>): void => void closers.unshift(close)
  const begun = begin({ keep, keepFirst, onFault: (cause) => broken.reject(storeGaveUp(cause)) }).finally(young.release)
  try {
    await Promise.race([begun.then(() => stop.requested), stop.requested, broken.promise])
  } catch (cause) {
    await Promise.race([closeAll(closers), wait(longestFarewell, undefined, { ref: false })]) // a store that gave up may never close
    throw cause
  }
  terminal.err('Stopping: what was accepted is finished first. A second Ctrl-C stops at once.')
  await Promise.allSettled([begun]) // what is half started is started first, or nobody could close it
  await closeAll(closers)
}

const longestFarewell = 5_000

/** All of them, even where one cannot be closed. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const faults: unknown[] = []
  for (const close of closers) await close().catch((cause: unknown) => faults.push(cause))
  if (faults.length > 0) throw faults[0]
}

function storeGaveUp(cause: Error): Complaint {
  return complaint(`The store can take no further write: ${cause.message}`, 'df -h', 'sallyport doctor', 'Start again.')
}

/** What opens a system throws plain errors with a sentence on what to mend; errors of other kinds (TypeError, …) are defects. */
export function wordsToMend(cause: unknown, what: string): Complaint | undefined {
  if (!(cause instanceof Error) || 'code' in cause) return undefined
  if (cause.constructor !== Error && !(cause instanceof OpenToOthers)) return undefined
  return complaint(`${what} cannot start: ${cause.message}`, 'sallyport doctor')
}
