/** A reply is kept before it is read: in the journal, or where the store takes nothing, in the file that was made ready for it, until the store takes it
 *  again (P-20, P-26). */
import type { Storage } from '../../storage/storage.ts'
import { milliseconds, type Duration } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import type { Log } from '../log.ts'
import type { KeeperWrites } from '../store/writes.ts'
import type { Slot, Spool } from '../vault/spool.ts'

/** Sealed. */
export type Reply = {
  readonly key: ConnectionKey
  readonly generation: number
  readonly attempt: number
  readonly sealedReply: Uint8Array
}

export type Replies = {
  /** When it resolves the reply is durable in the one place or the other. Releases the slot once the reply is in the store. */
  readonly keep: (reply: Reply, slot: Slot) => Promise<'in-the-store' | 'in-the-spool'>
  /** What processes that are gone have left in the spool is handed to the journal; resolves with how many were. */
  readonly adoptLeftovers: () => Promise<number>
  /** What waits for the store stays in the spool, for the next start. */
  readonly close: () => void
}

export type RepliesParts = {
  readonly storage: Pick<Storage<KeeperWrites>, 'write'>
  readonly spool: Pick<Spool, 'found'>
  readonly wait: (length: Duration) => Promise<void>
  readonly log: Log
}

export function openReplies(parts: RepliesParts): Replies {
  const { storage, spool, wait, log } = parts
  const state = { closed: false }
  const append = async (reply: Reply): Promise<boolean> => {
    const result = await storage.write('appendReceived', reply)
    return result.kind === 'committed'
  }
  const appendLater = async (reply: Reply, slot: Slot): Promise<void> => {
    for (let pause = 500; ; pause = Math.min(pause * 2, longestPause)) {
      await wait(milliseconds(pause))
      if (state.closed) return
      if (!(await append(reply))) continue
      log.warn('keeper.reply-stored', { ...reply.key, attempt: reply.attempt })
      return await slot.release()
    }
  }
  return {
    async keep(reply, slot) {
      for (const pause of [20, 200, 0]) {
        if (await append(reply)) {
          await slot.release()
          return 'in-the-store'
        }
        if (pause > 0) await wait(milliseconds(pause))
      }
      await keepInSpool(slot, { reply, wait, log })
      void appendLater(reply, slot)
      return 'in-the-spool'
    },
    async adoptLeftovers() {
      let adopted = 0
      for (const left of await spool.found()) {
        if (left.kind === 'torn') {
          log.error('keeper.spool-torn', { file: left.file, ...left.of?.key, attempt: left.of?.attempt })
          await left.release()
          continue
        }
        const { key, generation, attempt, sealed } = left
        if (!(await append({ key, generation, attempt, sealedReply: sealed }))) continue
        adopted += 1
        await left.release()
      }
      return adopted
    },
    close() {
      state.closed = true
    },
  }
}

const longestPause = 30_000 // ms

/** Never given up: these bytes are the only copy. */
async function keepInSpool(
  slot: Slot,
  { reply, wait, log }: { readonly reply: Reply } & Pick<RepliesParts, 'wait' | 'log'>,
): Promise<void> {
  for (let pause = 50; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      await slot.keep(reply.sealedReply)
      return log.error('keeper.reply-in-spool', { ...reply.key, attempt: reply.attempt })
    } catch (cause) {
      log.error('keeper.reply-in-memory-only', { ...reply.key, attempt: reply.attempt, cause: String(cause) })
      await wait(milliseconds(pause))
    }
  }
}
