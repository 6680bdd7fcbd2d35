/** How a subject tells its runner that it is ready, and when it goes. */
import type { Target } from '../load/job.ts'

/** One line of JSON on standard output. The subject lives until its standard input ends, so that none outlives a killed runner. */
export function announce(target: Target, leave: () => Promise<void> | void = () => {}): void {
  process.stdout.write(`${JSON.stringify(target)}\n`)
  process.stdin.resume()
  process.stdin.once('end', () => {
    void Promise.resolve(leave()).then(() => process.exit(0))
  })
}
