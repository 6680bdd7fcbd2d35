/** Reads the first bytes of a connection, up to where another protocol begins. */
import type { Duplex } from 'node:stream'

/** One read at a time. */
export class FirstBytes {
  readonly #stream: Duplex
  #held: Buffer = Buffer.alloc(0)
  #fault: string | undefined
  #wake: (() => void) | undefined

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('readable', this.#readable)
    stream.on('error', this.#failed)
    stream.on('end', this.#ended)
    stream.on('close', this.#ended)
  }

  /** Why there is nothing to read: a code, or a clause. */
  get fault(): string {
    return this.#fault ?? closed
  }

  /** Undefined where the connection has failed or ended before. */
  async exactly(bytes: number): Promise<Buffer | undefined> {
    const size = await this.#found(() => (this.#held.length >= bytes ? bytes : undefined))
    return size === undefined ? undefined : this.#take(size)
  }

  /** Up to the mark, without it; undefined also where it is not among the first `most` bytes. */
  async until(mark: string, most: number): Promise<Buffer | undefined> {
    const size = await this.#found(() => {
      const at = this.#held.indexOf(mark)
      if (at >= 0 && at <= most) return at
      if (this.#held.length > most) this.#fault ??= `its answer is larger than ${most} bytes`
      return undefined
    })
    return size === undefined ? undefined : this.#take(size + mark.length).subarray(0, size)
  }

  /** Puts back what was not asked for, and takes the listeners off. */
  release(): void {
    this.#stream.off('readable', this.#readable)
    this.#stream.off('error', this.#failed)
    this.#stream.off('end', this.#ended)
    this.#stream.off('close', this.#ended)
    if (this.#held.length > 0) this.#stream.unshift(this.#held)
  }

  async #found(size: () => number | undefined): Promise<number | undefined> {
    for (;;) {
      const found = size()
      if (found !== undefined || this.#fault !== undefined) return found
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes)
    this.#held = this.#held.subarray(bytes)
    return taken
  }

  #readable = (): void => {
    const chunk: unknown = this.#stream.read()
    if (Buffer.isBuffer(chunk)) this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#wake?.()
  }
  #over(why: string): void {
    this.#fault ??= why
    this.#wake?.()
  }
  #failed = (error: NodeJS.ErrnoException): void => this.#over(error.code ?? error.message)
  #ended = (): void => this.#over(closed)
}

const closed = 'it closed the connection'
