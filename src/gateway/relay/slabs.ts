/** Pieces of memory of one size that are used again and again. */
export type Slabs = {
  readonly size: number
  /** Undefined: as many as there may be are in use. */
  readonly take: () => Buffer | undefined
  /** Of one that was taken, once. */
  readonly giveBack: (slab: Buffer) => void
  readonly inUse: () => number
  /** Made, and neither given up nor in use. */
  readonly free: () => number
}

export type SlabOptions = {
  readonly size: number
  /** At one time, used or not. */
  readonly most: number
  /** How many unused ones stay for good; the others are given up after `idleMs`. Not at once: what comes and goes with every stall of a client would
   *  be made anew each time, faster than it is collected. */
  readonly kept: number
  readonly idleMs: number
}

export function openSlabs({ size, most, kept, idleMs }: SlabOptions): Slabs {
  const free: Buffer[] = []
  let taken = 0
  let trim: NodeJS.Timeout | undefined
  const giveUp = (): void => {
    trim = undefined
    free.length = Math.min(free.length, kept)
  }
  return {
    size,
    take() {
      if (taken === most) return undefined
      taken += 1
      return free.pop() ?? Buffer.allocUnsafeSlow(size)
    },
    giveBack(slab) {
      taken -= 1
      free.push(slab)
      if (free.length > kept) trim ??= setTimeout(giveUp, idleMs).unref()
    },
    inUse: () => taken,
    free: () => free.length,
  }
}
