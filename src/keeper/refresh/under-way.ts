/** Exchanges that are under way in this process. Whoever ends it waits for them: a reply that is still on its way would be lost with it (P-20). */

export type UnderWay = {
  /** Counts the work until it has ended. */
  readonly count: <T>(work: () => Promise<T>) => Promise<T>
  /** True since `close`: whoever has not begun to exchange does not begin any more. */
  readonly isClosing: () => boolean
  readonly close: () => void
  /** Resolves when none is under way; each ends by the end of its lease, but one whose reply nothing takes holds on to it. */
  readonly none: () => Promise<void>
}

export function openUnderWay(): UnderWay {
  const running = new Set<Promise<unknown>>()
  let closing = false
  return {
    async count(work) {
      const run = work()
      const ended = run.catch(() => undefined)
      running.add(ended)
      try {
        return await run
      } finally {
        running.delete(ended)
      }
    },
    isClosing: () => closing,
    close() {
      closing = true
    },
    async none() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
