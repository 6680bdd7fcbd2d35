/** Connections that lend what they read, instead of giving it away. Otherwise every piece that Node reads is memory of its own, and to collect
 *  that, 64 KiB a read, costs more than the relay itself as soon as the process has a heap worth the name. */
import { Socket, type TcpNetConnectOpts } from 'node:net'
import { openSlabs, type Slabs } from './slabs.ts'

/** Who calls `written`, where there is one, once `bytes` are needed no more; they may be written over from then on. True: they have all been taken
 *  over already, so that more would be taken as well. */
export type Borrower = (bytes: Buffer, written: (() => void) | undefined) => boolean

export type Memory = {
  /** Sockets read into it, and empty it at once: reading is synchronous. */
  readonly shared: Buffer
  /** Copies of what is being written of it. */
  readonly copies: Slabs
  /** What a socket reads into that has much to read, and lends as it is. */
  readonly large: Slabs
}

/** As long as nobody borrows it is as any other socket: `data` has bytes of its own. */
export class LendingSocket extends Socket {
  /** Set at most once, by whoever listens to `data` for what has been read before. */
  borrower: Borrower | undefined
  /** How many large pieces it has lent in this turn of the loop. */
  #inTurn = 0
  readonly #memory: Memory
  /** For its next read, as long as every read fills it and what is lent is taken over at once: a stream that flows costs a third less so, and one
   *  that does not would only hold more. */
  #large: Buffer | undefined
  #wasLarge = false

  constructor(options: TcpNetConnectOpts, memory: Memory) {
    super({
      ...options,
      onread: {
        buffer: () => this.#large ?? memory.shared,
        callback: (length, into) => this.#take(length, into),
      },
    })
    this.#memory = memory
  }

  /** False: no more for now. `into` is what Node has read into: after an error in here that may be older than the field. */
  #take(length: number, into: Uint8Array): boolean {
    const { shared, large } = this.#memory
    const memory = Buffer.isBuffer(into) ? into : Buffer.from(into.buffer, into.byteOffset, into.byteLength)
    const isShared = memory === shared
    const bytes = memory.subarray(0, length)
    this.#large = undefined
    const { borrower } = this
    if (borrower === undefined || this.readableLength > 0) {
      const copy = Buffer.from(bytes)
      if (!isShared) large.giveBack(memory)
      return this.push(copy)
    }
    if (!isShared) this.#countInTurn()
    const flows = isShared ? this.#lendCopy(borrower, bytes) : this.#lend(borrower, bytes, memory)
    if (flows && length === into.length) this.#enlarge()
    return true
  }

  #lend(borrower: Borrower, bytes: Buffer, slab: Buffer): boolean {
    return borrower(bytes, () => this.#memory.large.giveBack(slab))
  }

  #lendCopy(borrower: Borrower, bytes: Buffer): boolean {
    const { copies } = this.#memory
    const isSmall = bytes.length < copies.size / 4 // not worth a slab
    const slab = isSmall ? undefined : copies.take()
    if (slab === undefined) return borrower(Buffer.from(bytes), undefined)
    bytes.copy(slab)
    return borrower(slab.subarray(0, bytes.length), () => copies.giveBack(slab))
  }

  /** Whether it has had its share of this turn of the loop: libuv reads up to 32 times in one, which would be 16 MiB while all others wait. */
  get hasLentMuch(): boolean {
    return this.#inTurn >= mostInTurn
  }

  #countInTurn(): void {
    if (this.#inTurn === 0) setImmediate(() => (this.#inTurn = 0))
    this.#inTurn += 1
  }

  #enlarge(): void {
    if (this.destroyed) return
    if (!this.#wasLarge) this.once('close', () => this.#shrink())
    this.#wasLarge = true
    this.#large = this.#memory.large.take()
  }

  #shrink(): void {
    if (this.#large !== undefined) this.#memory.large.giveBack(this.#large)
    this.#large = undefined
  }
}

/** As `net.connect`. */
export function openLending(memory: Memory = openMemory()): (options: TcpNetConnectOpts) => Socket {
  return (options) => new LendingSocket(options, memory).connect(options)
}

/** Of large memory there is 4 MiB at the most, so that clients who take nothing cannot make it grow: who gets none reads by pieces. Of both, 0.75 MiB
 *  stay when all has been quiet for some seconds. */
export const openMemory = (piece: number = readByLibuv): Memory => ({
  shared: Buffer.allocUnsafeSlow(piece),
  copies: openSlabs({ size: piece, most: 64, kept: 4, idleMs }),
  large: openSlabs({ size: 8 * piece, most: 8, kept: 1, idleMs }),
})

const readByLibuv = 65_536 // at once
const idleMs = 5000
const mostInTurn = 8 // 4 MiB, some milliseconds
