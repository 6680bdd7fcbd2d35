/** The end of many connections at once: each keeps the time to take what was written to it. */
import type { Duplex } from 'node:stream'

const grace = 2_000 // milliseconds, for all of them together; as long as a client has for a last reply
const betweenLooks = 10

/** Resolves once everything that was written to them is with the kernel, which sees to the rest, or when the grace is over; at once where nothing
 *  waits. Closes none. */
export async function handedOver(connections: Iterable<Duplex>): Promise<void> {
  let waiting = [...connections].filter(holdsBytes)
  const end = AbortSignal.timeout(grace) // a busy machine's looks are further apart than they should be, and cannot be counted
  while (waiting.length > 0 && !end.aborted) {
    await new Promise((resolve) => setTimeout(resolve, betweenLooks))
    waiting = waiting.filter(holdsBytes)
  }
}

const holdsBytes = (connection: Duplex): boolean => connection.writableLength > 0 && !connection.destroyed
