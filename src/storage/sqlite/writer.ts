/** Where batches are executed: in the calling thread, or in a thread of their own. One batch at a time. */
import type { Sharing } from '../options.ts'
import type { Writes } from '../storage.ts'
import { BatchRunner, type Batch, type BatchOutcome } from './batch.ts'
import type { Connection } from './connection.ts'

export type WriterOutcome = BatchOutcome<readonly unknown[]>

export interface Writer {
  /** Whether batches run beside the caller rather than in its stead. */
  readonly ownThread: boolean
  /** Calls back exactly once, whatever happens; never throws. The next batch may be given from inside the call. */
  execute(batch: Batch, done: (outcome: WriterOutcome) => void): void
  /** Calls back now if the batch under way is done, where the caller's turn has more to do before it would hear of that. */
  look(): void
  /** Only when no batch is under way. */
  close(): Promise<void>
}

export type InlineWriterOptions = {
  readonly connection: Connection
  readonly writes: Writes
  readonly open: () => Connection
  readonly reopens: boolean
  readonly sharing: Sharing
}

/** Blocks the caller for each batch, fsync included: for databases in memory, and for tools that do nothing else meanwhile. */
export function openInlineWriter({ connection, ...options }: InlineWriterOptions): Writer {
  const runner = new BatchRunner<readonly unknown[]>(connection, { ...options, seal: (values) => values })
  return {
    ownThread: false,
    execute: (batch, done) => done(runner.execute(batch)),
    look: () => {}, // nothing is ever under way
    close: async () => runner.close(),
  }
}
