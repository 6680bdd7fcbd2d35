/** How many tunnels there are, those that are being dialled among them, and word when there is none left. */

export type LiveCount = {
  readonly started: () => void
  readonly ended: () => void
  /** Resolves as soon as no tunnel is left. */
  readonly idle: () => Promise<void>
}

export function openLiveCount(): LiveCount {
  let live = 0
  let waiting: (() => void)[] = []
  return {
    started: () => void (live += 1),
    ended() {
      live -= 1
      if (live > 0) return
      for (const tell of waiting) tell()
      waiting = []
    },
    idle: () => new Promise((resolve) => (live === 0 ? resolve() : waiting.push(resolve))),
  }
}
