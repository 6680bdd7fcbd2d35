/** The files of this process in the spool: made when first needed, and used again, since making one costs more than writing into it. */
import { join } from 'node:path'
import { fault, ok, type Result } from '../../values/result.ts'
import { makeSpoolFile, suffix, type SpoolFile } from './spool-file.ts'
import { frameLength, replyAt, type Exchange } from './spool-frame.ts'
import type { Home } from './spool-home.ts'
import type { Slot, SpoolLimits, SpoolRefusal } from './spool-slot.ts'

export type Pool = {
  readonly reserve: (exchange: Exchange) => Promise<Result<Slot, SpoolRefusal>>
  readonly taken: () => number
  /** Whether nothing is left in the folder that anybody needs. */
  readonly close: () => Promise<boolean>
}

export type PoolParts = SpoolLimits & { readonly home: Home; readonly freshName: () => string }

export function openPool(parts: PoolParts): Pool {
  const { home, slots } = parts
  const files = openFiles(parts)
  const taken = new Set<Taken>()
  let closed = false
  const free = async (place: Taken): Promise<void> => {
    taken.delete(place)
    if (place.file !== undefined) await files.giveBack(place.file)
  }
  return {
    async reserve(exchange) {
      if (closed) throw new Error(`the spool in ${home.root} is closed`)
      if (frameLength(0, exchange) > replyAt) throw new Error('the name of a connection is too long for the spool')
      if (taken.size >= slots) return fault(allTaken(`All ${slots} places of the spool`))
      const most = mostOfOne(slots)
      const his = [...taken].filter((each) => each.exchange.key.tenant === exchange.key.tenant)
      if (his.length >= most) return fault(allTaken(`All ${most} places of the spool that one tenant may have`))
      const place: Taken = { exchange, file: undefined }
      taken.add(place) // counted at once: many may be asking
      try {
        place.file = await files.take(exchange)
        return ok(slotOf(place, { free, take: files.take }))
      } catch (cause) {
        taken.delete(place)
        return fault(notWritable(home.root, cause))
      }
    },
    taken: () => taken.size,
    async close() {
      closed = true
      await files.close()
      for (const { file } of taken) await file?.close()
      return taken.size === 0
    },
  }
}

type Files = {
  /** One that was written to just now, so that the disk takes writes. */
  readonly take: (exchange: Exchange) => Promise<SpoolFile>
  readonly giveBack: (file: SpoolFile) => Promise<void>
  readonly close: () => Promise<void>
}

function openFiles({ home, freshName, replyBytes }: PoolParts): Files {
  const idle: SpoolFile[] = []
  let closed = false
  const ready = async (exchange: Exchange): Promise<SpoolFile> => {
    for (let used = idle.pop(); used !== undefined; used = idle.pop()) {
      if (await used.isThere()) return used
      await used.remove()
    }
    const path = join(await home.folder(), `${freshName()}${suffix}`)
    return await makeSpoolFile(path, replyAt + frameLength(replyBytes, exchange))
  }
  return {
    async take(exchange) {
      const file = await ready(exchange)
      try {
        await file.reserve(exchange)
        return file
      } catch (cause) {
        await file.remove().catch(() => {}) // what is wrong is told by the cause
        throw cause
      }
    },
    async giveBack(file) {
      try {
        await file.free()
        if (closed) await file.remove()
        else idle.push(file)
      } catch {
        await file.remove().catch(() => {}) // the next start may find the reply once more, which changes nothing: it is in the store
      }
    },
    async close() {
      closed = true
      for (const file of idle.splice(0)) await file.remove()
    },
  }
}

type Taken = { readonly exchange: Exchange; file: SpoolFile | undefined }

type SlotParts = { readonly free: (place: Taken) => Promise<void>; readonly take: Files['take'] }

function slotOf(place: Taken, { free, take }: SlotParts): Slot {
  let released: Promise<void> | undefined
  return {
    async keep(sealed) {
      if (released !== undefined) throw new Error('this slot of the spool was released')
      await place.file?.keep(place.exchange, sealed)
      if (await place.file?.isThere()) return
      const deleted = place.file // by somebody else: what was written to it is in no folder
      place.file = await take(place.exchange)
      await deleted?.close()
      await place.file.keep(place.exchange, sealed)
    },
    release: () => (released ??= free(place)),
  }
}

/** A quarter is left to the others: a login host that does not answer holds each place for as long as a call may take (P-28). */
const mostOfOne = (slots: number): number => slots - Math.floor(slots / 4)

function allTaken(which: string): SpoolRefusal {
  const means = `${which} are taken by refreshes under way.`
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
