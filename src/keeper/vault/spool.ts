/** Where a reply goes that the store refuses (P-26): room that was made before the token was spent. */
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { OwnerLock } from '../../storage/sqlite/owner-lock.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { RandomBytes } from '../../values/domain.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { tryLock } from './folder-lock.ts'
import { makeSpoolFile, suffix, type SpoolFile } from './spool-file.ts'
import { frameLength, replyAt, type Exchange } from './spool-frame.ts'
import { openLeftovers, removeLocked, type Leftover } from './spool-leftovers.ts'

export type Slot = {
  /** `sealed`: already encrypted. It is on the disk when this resolves; where it rejects, hold the reply and call it again: what is half written is never taken for
   *  a reply. Up to `replyBytes` it needs no room that is not already there. */
  readonly keep: (sealed: Uint8Array) => Promise<void>
  /** Only when the reply lies in the store, or none will come: what was kept is gone. Never rejects, and may be called twice. */
  readonly release: () => Promise<void>
}

export type SpoolRefusal = {
  readonly kind: 'all-taken' | 'not-writable'
  readonly means: string
  readonly next: readonly string[]
  readonly cause?: unknown
}

export type Spool = {
  /** To be held before the token is sent. A fault means: do not send. Whoever holds a slot writes into a file that is open, allocated, and was written to a
   *  moment ago. */
  readonly reserve: (key: ConnectionKey, generation: number, attempt: number) => Promise<Result<Slot, SpoolRefusal>>
  /** What processes that are gone have left here; never what a living one holds. Each is told, by one process at a time, until it is released. At start, and
   *  again whenever another process may have ended. */
  readonly found: () => Promise<readonly Leftover[]>
  /** What is reserved then stays on the disk, for the next start to find. */
  readonly close: () => Promise<void>
}

export type SpoolOptions = {
  /** Made where there is none. On a local disk, and on one that writes in place: a file system that copies on write needs room for each write. */
  readonly folder: string
  /** Names of files; they say nothing else. */
  readonly random: RandomBytes
  /** How many exchanges may be under way at once in this process (64), and the room for the sealed reply of each (64 KiB). */
  readonly limits?: SpoolLimits
}
export type SpoolLimits = { readonly slots: number; readonly replyBytes: number }

const usualLimits: SpoolLimits = { slots: 64, replyBytes: 65_536 }

/** Several processes may share a folder: each has a folder of its own in it, under a lock that ends with the process. */
export async function openSpool({ folder, random, limits = usualLimits }: SpoolOptions): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const root = await realpath(folder)
  const fresh = (): string => Buffer.from(random(16)).toString('hex')
  const own = await ownFolder(root, fresh)
  const pool = openPool(() => join(own.path, `${fresh()}${suffix}`), { root, ...limits })
  const leftovers = openLeftovers(root)
  return {
    reserve: (key, generation, attempt) => pool.reserve({ key, generation, attempt }),
    found: leftovers.found,
    async close() {
      const empty = await pool.close()
      if (empty) await removeLocked(root, own)
      else own.lock.release()
      await leftovers.close()
    },
  }
}

type OwnFolder = { readonly name: string; readonly path: string; readonly lock: OwnerLock }

/** Locked before it is there: whoever sees it sees it locked, as long as its process lives. */
async function ownFolder(root: string, fresh: () => string): Promise<OwnFolder> {
  const name = fresh()
  const lock = tryLock(root, name)
  if (lock === undefined)
    throw new Error(`the fresh name ${name} is taken in ${root}: the random source repeats itself`)
  const path = join(root, name)
  await mkdir(path, { mode: 0o700 })
  return { name, path, lock }
}

type Pool = {
  readonly reserve: (exchange: Exchange) => Promise<Result<Slot, SpoolRefusal>>
  /** Whether nothing is left in the folder that anybody needs. */
  readonly close: () => Promise<boolean>
}

/** Files are made when first needed, and used again: making one costs more than writing into it. */
function openPool(freshPath: () => string, { root, slots, replyBytes }: SpoolLimits & { readonly root: string }): Pool {
  const idle: SpoolFile[] = []
  const taken = new Set<SpoolFile | symbol>()
  let closed = false

  const ready = async (exchange: Exchange): Promise<SpoolFile> => {
    const used = idle.pop()
    if (used !== undefined && (await used.isThere())) return used
    await used?.remove()
    return await makeSpoolFile(freshPath(), replyAt + frameLength(replyBytes, exchange))
  }
  const free = async (file: SpoolFile): Promise<void> => {
    taken.delete(file)
    try {
      await file.free()
      if (closed) await file.remove()
      else idle.push(file)
    } catch {
      await file.remove().catch(() => {}) // the next start may find the reply once more, which changes nothing: it is in the store
    }
  }
  return {
    async reserve(exchange) {
      if (closed) throw new Error(`the spool in ${root} is closed`)
      if (frameLength(0, exchange) > replyAt) throw new Error('the name of a connection is too long for the spool')
      if (taken.size >= slots) return fault(allTaken(slots))
      const place = Symbol('slot')
      taken.add(place) // counted at once: many may be asking
      try {
        const file = await ready(exchange)
        taken.add(file)
        await file.reserve(exchange).catch(async (cause: unknown) => {
          await free(file)
          throw cause
        })
        return ok(slotOf(file, exchange, free))
      } catch (cause) {
        return fault(notWritable(root, cause))
      } finally {
        taken.delete(place)
      }
    },
    async close() {
      closed = true
      for (const file of idle.splice(0)) await file.remove()
      for (const file of taken) if (typeof file !== 'symbol') await file.close()
      return taken.size === 0
    },
  }
}

function slotOf(file: SpoolFile, exchange: Exchange, free: (file: SpoolFile) => Promise<void>): Slot {
  let released: Promise<void> | undefined
  return {
    async keep(sealed) {
      if (released !== undefined) throw new Error('this slot of the spool was released')
      await file.keep(exchange, sealed)
    },
    release: () => (released ??= free(file)),
  }
}

function allTaken(slots: number): SpoolRefusal {
  const means = `All ${slots} places of the spool are taken by refreshes under way.`
  return { kind: 'all-taken', means, next: ['Do this again when one of them has ended.'] }
}

function notWritable(root: string, cause: unknown): SpoolRefusal {
  const why = cause instanceof Error ? cause.message : String(cause)
  return {
    kind: 'not-writable',
    means: `No place for a reply can be made in ${root}: ${why}. Nothing was sent.`,
    next: [`df -h ${root}`, `Make room there, or let this process write there (ls -ld ${root}).`],
    cause,
  }
}
