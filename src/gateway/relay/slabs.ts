/** Pieces of memory of one size that are used again and again. */
export type Slabs = {
  readonly size: number
  /** Undefined: as many as there may be are in use. */
  readonly take: () => Buffer | undefined
  /** Of one that was taken, once. */
  readonly giveBack: (slab: Buffer) => void
  readonly inUse: () => number
}

/** `most` may be in use at one time; `kept` of those that are not wait for the next use, and the others are left to the collector. */
export function openSlabs({
  size,
  most,
  kept,
}: {
  readonly size: number
  readonly most: number
  readonly kept: number
}): Slabs {
  const free: Buffer[] = []
  let taken = 0
  return {
    size,
    take() {
      if (taken === most) return undefined
      taken += 1
      return free.pop() ?? Buffer.allocUnsafeSlow(size)
    },
    giveBack(slab) {
      taken -= 1
      if (free.length < kept) free.push(slab)
    },
    inUse: () => taken,
  }
}
