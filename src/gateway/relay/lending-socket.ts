/** Connections that lend what they read, instead of giving it away. Otherwise every piece that Node reads is memory of its own, and to collect
 *  that, 64 KiB a read, costs more than the relay itself as soon as the process has a heap worth the name. */
import { Socket, type TcpNetConnectOpts } from 'node:net'

/** Who calls `written`, where there is one, once `bytes` are needed no more; they may be written over from then on. */
export type Borrower = (bytes: Buffer, written: (() => void) | undefined) => void

/** As long as nobody borrows it is as any other socket: `data` has bytes of its own. */
export class LendingSocket extends Socket {
  /** Set at most once, by whoever listens to `data` for what has been read before. */
  borrower: Borrower | undefined

  constructor(options: TcpNetConnectOpts, memory: Memory) {
    super({
      ...options,
      onread: { buffer: memory.read, callback: (length) => this.#take(memory, length) },
    })
  }

  /** False: no more for now. */
  #take(memory: Memory, length: number): boolean {
    const bytes = memory.read.subarray(0, length)
    if (this.borrower === undefined || this.readableLength > 0) return this.push(Buffer.from(bytes))
    if (length < smallest) this.borrower(Buffer.from(bytes), undefined)
    else this.#lend(this.borrower, memory, bytes)
    return true
  }

  #lend(borrower: Borrower, { free }: Memory, bytes: Buffer): void {
    const slab = free.pop() ?? Buffer.allocUnsafeSlow(pieceSize)
    bytes.copy(slab)
    borrower(slab.subarray(0, bytes.length), () => {
      if (free.length < mostFree) free.push(slab)
    })
  }
}

/** As `net.connect`. */
export function openLending(): (options: TcpNetConnectOpts) => Socket {
  const memory: Memory = { read: Buffer.allocUnsafeSlow(pieceSize), free: [] }
  return (options) => new LendingSocket(options, memory).connect(options)
}

type Memory = {
  /** All sockets read into it, and empty it at once: reading is synchronous. */
  readonly read: Buffer
  /** Copies of what is being written, to be used again. */
  readonly free: Buffer[]
}

const pieceSize = 65_536 // as much as libuv reads at once
const smallest = 16_384 // what is less is not worth a slab of its own
const mostFree = 64
