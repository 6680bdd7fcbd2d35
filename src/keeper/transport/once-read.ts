/** A deadline that lets what has arrived be read first. */

const longest = 2 ** 31 - 1 // a longer timer of Node's fires at once

/** A process that was paused past a deadline finds its timers due before it reads its sockets: a reply that lies in the kernel would be thrown
 *  away (P-20). So `passed` is called one round of the event loop later, once the sockets have been read. */
export const onceRead = (passed: () => void, ms: number): NodeJS.Timeout =>
  setTimeout(() => void setImmediate(passed), Math.min(ms, longest))
