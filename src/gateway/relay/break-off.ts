/** Ends a connection so that the other side cannot take it for a proper end. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** By a reset where there is one: a close would look whole to whoever reads up to the end. A stream of HTTP/2 is reset by its error. What was
 *  written and not sent is lost. Its `error` must have a listener. */
export function breakOff(socket: Duplex): void {
  if (socket.destroyed) return
  if (!(socket instanceof Socket)) socket.destroy(new Error('broken off'))
  // a reset is refused while an end is under way (EINVAL), and the socket is then never closed
  else if (socket instanceof TLSSocket || (socket.writableEnded && !socket.writableFinished)) socket.destroy()
  else socket.resetAndDestroy()
}

/** For a connection whose other side has ended its half: where nothing waits to be sent, closing says the same as ending, and is a call less. */
export function endLast(socket: Duplex): void {
  const closes = socket instanceof Socket && !(socket instanceof TLSSocket) && socket.writableLength === 0
  if (closes) socket.destroy()
  else socket.end()
}

/** What an error is called in a record: its code, never its message, which may hold what was sent. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'UNKNOWN'
  return typeof error.code === 'string' ? error.code : 'UNKNOWN'
}
