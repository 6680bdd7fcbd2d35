/** Pieces of memory of one size that are used again and again. */
export type Slabs = {
  readonly size: number
  /** Undefined: as many as there may be are in use. */
  readonly take: () => Buffer | undefined
  /** Of one that was taken, once. */
  readonly giveBack: (slab: Buffer) => void
  readonly inUse: () => number
}

/** `most` is how many there may be at one time, used or not. */
export function openSlabs({ size, most }: { readonly size: number; readonly most: number }): Slabs {
  const free: Buffer[] = []
  let made = 0
  return {
    size,
    take() {
      const used = free.pop()
      if (used !== undefined) return used
      if (made === most) return undefined
      made += 1
      return Buffer.allocUnsafeSlow(size)
    },
    giveBack: (slab) => void free.push(slab),
    inUse: () => made - free.length,
  }
}
