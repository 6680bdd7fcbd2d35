/** Being asked to stop: once means finish what was accepted, twice means now. */

export type StopRequest = { readonly requested: Promise<void> }

/** npm passes Ctrl-C on to its child, which has had it from the terminal already: what comes within this time is one request (milliseconds). */
const sameRequest = 500

/** From now on SIGINT and SIGTERM do not end the process by themselves. */
export function listenForStop(exitNow: () => void = () => process.exit(1)): StopRequest {
  const { promise, resolve } = Promise.withResolvers<void>()
  let heard: 'nothing' | 'just now' | 'a while ago' = 'nothing'
  const hear = (): void => {
    if (heard === 'a while ago') exitNow()
    if (heard !== 'nothing') return
    heard = 'just now'
    setTimeout(() => (heard = 'a while ago'), sameRequest).unref()
    resolve()
  }
  process.on('SIGINT', hear)
  process.on('SIGTERM', hear)
  return { requested: promise }
}
