/** Work that is done every so often, and soon where somebody asks for it. */

export type Pacer = { readonly soon: () => void; readonly close: () => Promise<void> }

/** Between two looks at least; ms. */
const shortest = 50

/** `work` never runs twice at once, and never rejects. */
export function openPacer(work: () => Promise<void>, every: number): Pacer {
  let closed = false
  let again = false
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const arm = (ms: number): void => {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(run, ms).unref()
  }
  const run = (): void => {
    again = false
    running = work().finally(() => {
      running = undefined
      arm(again ? shortest : every)
    })
  }
  arm(shortest)
  return {
    soon() {
      if (again) return
      again = true
      if (running === undefined) arm(shortest)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
