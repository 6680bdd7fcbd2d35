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
  readonly #memory: Memory
  /** As long as every read fills it and what is lent is taken over at once: a stream that flows costs a third less so, and one that does not would
   *  only hold more. */
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

  /** False: no more for now. */
  #take(length: number, into: Uint8Array): boolean {
    const own = this.#large
    const bytes = (own ?? this.#memory.shared).subarray(0, length)
    this.#large = undefined
    const { borrower } = this
    if (borrower === undefined || this.readableLength > 0) return this.push(Buffer.from(bytes))
    const flows = own === undefined ? this.#lendCopy(borrower, bytes) : this.#lend(borrower, bytes, own)
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
 *  stay when all is quiet. */
export const openMemory = (piece: number = readByLibuv): Memory => ({
  shared: Buffer.allocUnsafeSlow(piece),
  copies: openSlabs({ size: piece, most: 64, kept: 4 }),
  large: openSlabs({ size: 8 * piece, most: 8, kept: 1 }),
})

const readByLibuv = 65_536 // at once
