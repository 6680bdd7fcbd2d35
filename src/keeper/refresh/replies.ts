/** A reply is kept before it is read: in the journal, or where the store takes nothing, in the file that was made ready for it, until the store takes it
 *  again (P-20, P-26). */
import type { Storage } from '../../storage/storage.ts'
import { milliseconds, type Duration } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import type { Log } from '../log.ts'
import type { KeeperWrites } from '../store/writes.ts'
import type { Slot, Spool } from '../vault/spool.ts'

/** Sealed. Of generation 0, which no token has, is the reply to a code; its attempt is the number of the login. */
export type Reply = {
  readonly key: ConnectionKey
  readonly generation: number
  readonly attempt: number
  readonly leftFrom?: string | undefined
  readonly sealedReply: Uint8Array
}

export type Replies = {
  /** When it resolves the reply is durable in the one place or the other: at once beside the store where that refuses it. Releases the slot once the reply is in
   *  the store. */
  readonly keep: (reply: Reply, slot: Slot) => Promise<'in-the-store' | 'in-the-spool'>
  /** What processes that are gone have left in the spool is handed to the journal; resolves with how many were. */
  readonly adoptLeftovers: () => Promise<number>
  /** What waits for the store stays in the spool, for the next start. */
  readonly close: () => void
}

export type RepliesParts = {
  readonly storage: Pick<Storage<KeeperWrites>, 'write'>
  readonly spool: Pick<Spool, 'found'>
  /** Rejects when it is broken off. */
  readonly wait: (length: Duration, brokenOff?: AbortSignal) => Promise<void>
  readonly log: Log
}

export function openReplies(parts: RepliesParts): Replies {
  const { storage, spool, wait, log } = parts
  const closed = new AbortController()
  const append = async (reply: Reply): Promise<boolean> => await appendTo(storage, reply)
  const appendLater = async (reply: Reply, slot: Slot): Promise<void> => {
    for (let pause = 500; ; pause = Math.min(pause * 2, longestPause)) {
      await wait(milliseconds(pause), closed.signal).catch(() => undefined)
      if (closed.signal.aborted) return
      if (!(await append(reply))) continue
      log.warn('keeper.reply-stored', { ...reply.key, attempt: reply.attempt })
      return await slot.release()
    }
  }
  return {
    async keep(reply, slot) {
      const stored = append(reply) // others may hold the store's lock for seconds
      if (await soon(stored)) {
        await slot.release()
        return 'in-the-store'
      }
      await keepInSpool(slot, { reply, wait, log })
      if ((await stored) || (await append(reply))) {
        await slot.release()
        return 'in-the-store'
      }
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
      closed.abort()
    },
  }
}

/** Whether it is in the journal now, or was before. */
async function appendTo(storage: RepliesParts['storage'], reply: Reply): Promise<boolean> {
  const { leftFrom, ...received } = reply
  const { generation, attempt: number, sealedReply } = received
  const result =
    generation === 0
      ? await storage.write('keepAuthorizationReply', { number, sealedReply, leftFrom })
      : await storage.write('appendReceived', received)
  return result.kind === 'committed'
}

const longestPause = 30_000 // ms
/** For which a reply may be in this process' memory alone while the store has not said yes or no. */
const briefly = 250 // ms

/** False also where it cannot be told yet. */
async function soon(stored: Promise<boolean>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), briefly)
  try {
    return await Promise.race([stored, promise])
  } finally {
    clearTimeout(timer)
  }
}

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
