/** How a subject tells its runner that it is ready, and when it goes. */

/** One line of JSON on standard output. The subject lives until its standard input ends, so that none outlives a killed runner. */
export function announce(said: unknown, leave: () => Promise<void> | void = () => {}): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
  process.stdin.resume()
  process.stdin.once('end', () => {
    void Promise.resolve(leave()).then(() => process.exit(0))
  })
}
