/** A connection whose writes leave in pieces. */
import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'

export class Chopped extends Duplex {
  readonly #socket: Socket
  readonly #size: number
  constructor(socket: Socket, size: number) {
    super()
    this.#socket = socket
    this.#size = size
    socket.on('data', (chunk: Buffer) => this.push(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', () => this.destroy())
    socket.on('close', () => this.destroy())
  }
  override _read(): void {
    this.#socket.resume()
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk, done)
  }
  /** The next piece is sent when the event loop has turned, so that it comes alone. */
  #send(rest: Buffer, done: () => void): void {
    if (rest.length === 0) return done()
    this.#socket.write(rest.subarray(0, this.#size), () =>
      setImmediate(() => this.#send(rest.subarray(this.#size), done)),
    )
  }
}
