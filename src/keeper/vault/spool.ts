/** Where a reply goes that the store refuses (P-26): room that was made before the token was spent. */
import { mkdir, realpath } from 'node:fs/promises'
import type { Result } from '../../values/result.ts'
import type { RandomBytes } from '../../values/domain.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { takeOver, type FlatSpool } from './flat-spool.ts'
import { openHome } from './spool-home.ts'
import { openLeftovers, type Leftover } from './spool-leftovers.ts'
import { openPool } from './spool-pool.ts'
import type { Slot, SpoolLimits, SpoolRefusal } from './spool-slot.ts'

export type { Slot, SpoolLimits, SpoolRefusal } from './spool-slot.ts'

export type Spool = {
  /** To be held before the token is sent. A fault means: do not send. Whoever holds a slot writes into a file that is open, allocated, and was written to a
   *  moment ago. */
  readonly reserve: (key: ConnectionKey, generation: number, attempt: number) => Promise<Result<Slot, SpoolRefusal>>
  /** What processes that are gone have left here; never what a living one holds. Each is told, by one process at a time, until it is released. At start, and
   *  again whenever another process may have ended. */
  readonly found: () => Promise<readonly Leftover[]>
  /** How many may be under way at once, and how many are, or wait for the store. */
  readonly use: () => { readonly slots: number; readonly taken: number }
  /** What is reserved then stays on the disk, for the next start to find. */
  readonly close: () => Promise<void>
}

export type SpoolOptions = {
  /** Made where there is none. On a local disk, and on one that writes in place: a file system that copies on write needs room for each write. */
  readonly folder: string
  /** Names of files; they say nothing else. */
  readonly random: RandomBytes
  /** How many exchanges may be under way at once in this process (64; of one tenant three quarters of them), and the room for the sealed reply of each
   *  (64 KiB). */
  readonly limits?: SpoolLimits
  /** What was left before this vault had a folder of its own. */
  readonly flat?: FlatSpool
}

const usualLimits: SpoolLimits = { slots: 64, replyBytes: 65_536 }

/** Several processes may share a folder: each has a folder of its own in it. */
export async function openSpool({ folder, random, limits = usualLimits, flat }: SpoolOptions): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const root = await realpath(folder)
  const freshName = (): string => Buffer.from(random(16)).toString('hex')
  const home = await openHome(root, freshName)
  const pool = openPool({ ...limits, home, freshName })
  const leftovers = openLeftovers(root)
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await home.close({ empty: await pool.close() })
    await leftovers.close()
  }
  return {
    reserve: (key, generation, attempt) => pool.reserve({ key, generation, attempt }),
    async found() {
      if (closed !== undefined) return [] // what was let go of is for others
      // an older process may end later than this one begins
      if (flat !== undefined) await takeOver(flat)
      return await leftovers.found()
    },
    use: () => ({ slots: limits.slots, taken: pool.taken() }),
    close: () => (closed ??= close()),
  }
}
