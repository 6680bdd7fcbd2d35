/** For how long a piece of work keeps the event loop from anything else. */

export type Block = {
  /** CPU milliseconds of this thread within the longest turn of the loop: what others do to the machine is not in it. */
  readonly cpuMs: number
  /** Milliseconds on the clock between two turns, at most. */
  readonly wallMs: number
}

/** Looks at both clocks in each turn of the loop while the work goes on. */
export async function longestBlock(work: () => Promise<void>): Promise<Block> {
  const longest = { cpuMs: 0, wallMs: 0 }
  let going = true
  const watch = (cpuBefore: number, wallBefore: number): void => {
    const [cpu, wall] = [threadCpuMs(), performance.now()]
    longest.cpuMs = Math.max(longest.cpuMs, cpu - cpuBefore)
    longest.wallMs = Math.max(longest.wallMs, wall - wallBefore)
    if (going) setImmediate(watch, cpu, wall)
  }
  setImmediate(watch, threadCpuMs(), performance.now())
  await work()
  going = false
  return longest
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
