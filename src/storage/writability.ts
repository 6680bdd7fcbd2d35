/** Whether a storage takes writes: what the last one said, and a new try where that one failed. */
import type { Program } from './program.ts'
import type { Storage, WriteResult, Writes } from './storage.ts'

export type Writability = {
  /** What kept the last write from the store, in the engine's words; undefined where it was committed, or where one is now. */
  readonly trouble: () => Promise<string | undefined>
}

/** A write that changes nothing of the system's. It is committed like every other, so it succeeds where they do. */
export function* tryWrite(_nothing: Readonly<Record<string, never>>): Program<void> {}

/** Use the storage that is returned: its writes are heard of. While they are committed nothing is tried; after one that failed each question is
 *  answered by a try, one at a time, so whoever keeps asking hears of the recovery without any traffic. */
export function watchWrites<W extends Writes>(
  storage: Storage<W>,
  attempt: () => Promise<WriteResult<unknown>>,
): { readonly storage: Storage<W>; readonly writability: Writability } {
  let failure: string | undefined
  let trying: Promise<void> | undefined
  const hear = (result: WriteResult<unknown>): void => {
    if (result.kind === 'committed') failure = undefined
    else if (result.kind !== 'dropped') failure = result.cause.message // what was dropped never reached the store
  }
  const watched: Storage<W> = {
    engine: storage.engine,
    read: (program) => storage.read(program),
    write(name, input, terms) {
      const result = storage.write(name, input, terms)
      void result.then(hear) // a write never rejects
      return result
    },
    backup: (toPath) => storage.backup(toPath),
    close: () => storage.close(),
  }
  const tryAgain = async (): Promise<void> => {
    hear(await attempt())
    trying = undefined
  }
  return {
    storage: watched,
    writability: {
      async trouble() {
        if (failure !== undefined) await (trying ??= tryAgain())
        return failure
      },
    },
  }
}
