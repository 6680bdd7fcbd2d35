/** The last words to a client that is sent away, said so that they arrive. */
import type { Duplex } from 'node:stream'

const patience = 2_000 // milliseconds; who has not read a few bytes by then does not want them

/** Ends the connection with these bytes. What the client still sends is read and thrown away: closing on unread bytes would send a reset, which
 *  overtakes the words. */
export function sayGoodbye(socket: Duplex, words: Uint8Array): void {
  const timer = setTimeout(() => socket.destroy(), patience).unref()
  socket.once('close', () => clearTimeout(timer))
  socket.end(words)
  socket.resume()
}
