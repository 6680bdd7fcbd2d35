/** Work on many things of several hosts: so many at once, so many of one host, and a host that answers slowly or not at all holds up no other. */

export type InTurns<T> = {
  /** Names the host. */
  readonly of: (one: T) => string
  readonly atOnce: number
  readonly atOnceOfOne: number
  /** 0 to 1: where each host's list is begun, so that several processes that were given the same lists do not go through them side by side. */
  readonly beginAt: number
  /** `leave-the-rest`: of this host, nothing more now. Must not reject. */
  readonly work: (one: T) => Promise<'go-on' | 'leave-the-rest'>
}

/** Resolves when all that was begun has ended. */
export async function inTurns<T>(all: readonly T[], terms: InTurns<T>): Promise<void> {
  const queues = [...Map.groupBy(all, terms.of).values()].map((list) => ({
    rest: turned(list, terms.beginAt),
    busy: 0,
  }))
  const worker = async (): Promise<void> => {
    for (;;) {
      // whoever is busy with a host that has enough of them goes on with it
      const queue = queues.find(({ rest, busy }) => rest.length > 0 && busy < terms.atOnceOfOne)
      const one = queue?.rest.pop()
      if (queue === undefined || one === undefined) return
      queues.push(...queues.splice(queues.indexOf(queue), 1))
      queue.busy += 1
      const told = await terms.work(one)
      queue.busy -= 1
      if (told === 'leave-the-rest') queue.rest.length = 0
    }
  }
  await Promise.all(Array.from({ length: Math.min(terms.atOnce, all.length) }, worker))
}

/** For taking from the end: the first one, then those behind it. */
function turned<T>(list: readonly T[], beginAt: number): T[] {
  const first = Math.floor(beginAt * list.length) % Math.max(1, list.length)
  return [...list.slice(first), ...list.slice(0, first)].toReversed()
}
