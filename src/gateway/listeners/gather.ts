/** The first bytes of a connection, as many as it takes to know what they are, and none of them lost. */
import type { Duplex } from 'node:stream'

const nothing = Buffer.alloc(0)

/** Hands everything that has come, beginning with `start`, to `take`, again with each piece, until that says true: from then on the rest of the
 *  connection is whose it likes. Whenever `take` is called the socket is paused and has no listener of ours. `take` bounds what it waits for.
 *  A connection that ends before has said nothing, and is closed. */
export function gather(socket: Duplex, take: (bytes: Buffer) => boolean, start: Buffer = nothing): void {
  let bytes = start
  const listen = (): void => {
    socket.on('data', onData)
    socket.on('end', onEnd)
    socket.resume()
  }
  const onEnd = (): void => void socket.destroy()
  const onData = (chunk: Buffer): void => {
    socket.pause()
    socket.off('data', onData)
    socket.off('end', onEnd)
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    if (!take(bytes)) listen()
  }
  if (start.length === 0) listen()
  else if (!take(start)) listen()
}
