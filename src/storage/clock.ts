/** The store's clock (P-13). An engine reads its own: SQLite, that of the machine which all of its processes share. Tests bend it. */

/** A cell in shared memory, milliseconds by which the store's clock is ahead of the machine's: seen by the writer thread too, whenever it is
 *  changed. A function takes the clock's place altogether, and works in the calling thread only. */
export type StoreClock = Float64Array<SharedArrayBuffer> | (() => number)

export function clockOf(clock: StoreClock | undefined): (() => number) | undefined {
  if (clock === undefined || typeof clock === 'function') return clock
  return () => Date.now() + (clock[0] ?? 0)
}
