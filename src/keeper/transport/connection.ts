/** A connection for one POST: opened long enough before that its opening cannot fail any more when the token is spent. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Destination } from '../../ip/hosts.ts'
import { followReply, replyBegins } from '../rules/http-reply.ts'
import type { ReplyPlace } from '../rules/http-reply-head.ts'
import { formatPost, type PostRequest } from '../rules/http-request.ts'
import { onceRead } from './once-read.ts'

/** A reply is read no further. A token reply has some kilobytes. */
export const mostReplyBytes: number = 64 * 1024

export type Permission = {
  /** Asked in the very tick of the write, with nothing that waits in between (P-21). */
  readonly mayWrite: () => boolean
  /** For the whole reply, from the write on. */
  readonly deadlineMs: number
}

/** Each `why` is a sentence without its full stop; none holds a byte of the request or of the reply. */
export type Posted =
  /** No byte of the request has been handed to the network, and none will be: safe to do again (P-24). */
  | { readonly kind: 'not-sent'; readonly why: string }
  /** A reply that is whole by its framing or by the orderly end of its connection; it may still be no HTTP. */
  | { readonly kind: 'replied'; readonly raw: Uint8Array }
  /** The request, or a part of it, was written. `raw` is what came, perhaps nothing. */
  | { readonly kind: 'cut'; readonly raw: Uint8Array; readonly why: string }

export type Connection = {
  /** Name of the egress, as the gateway said. */
  readonly egress: string | undefined
  /** Address that the tunnel leaves from, by the gateway's word; without a proxy this machine's own address, which NAT may still change. */
  readonly leavesFrom: string | undefined
  /** When the gateway will have cut the tunnel, whatever becomes of this process, on this process's clock (P-21); undefined: it promised nothing. */
  readonly tunnelEndsAt: number | undefined
  /** Once only: throws on a second call. The connection is closed, and the body of the request erased, when it resolves. */
  readonly post: (request: PostRequest, permission: Permission) => Promise<Posted>
  /** For a connection that is not needed after all. */
  readonly close: () => void
}

export type ConnectionParts = Pick<Connection, 'egress' | 'leavesFrom' | 'tunnelEndsAt'> & {
  readonly raw: Socket
  readonly stream: Duplex
  readonly to: Destination & { readonly secure: boolean }
  /** Whether the end that was agreed on has passed, by the wall clock or the monotonic one. */
  readonly isOver: () => boolean
}

export function openConnection(parts: ConnectionParts): Connection {
  const exchange = new Exchange(parts)
  const { egress, leavesFrom, tunnelEndsAt } = parts
  return {
    ...{ egress, leavesFrom, tunnelEndsAt },
    post: async (request, permission) => await exchange.post(request, permission),
    close: () => exchange.close(),
  }
}

/** What has come, and how it ended. */
class Exchange {
  readonly #parts: ConnectionParts
  #asked = false
  #received: Buffer = Buffer.alloc(0)
  #place: ReplyPlace = replyBegins
  /** Why nothing more will come; `orderly` where the other side has ended it as it should. */
  #over: { readonly why: string; readonly orderly: boolean } | undefined
  #settle: (() => void) | undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    const { raw, stream } = parts
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('end', () => this.#end('it was closed by the other side', true))
    stream.on('error', (error: NodeJS.ErrnoException) => this.#broken(error.code ?? error.message))
    stream.on('close', () => this.#broken('it was closed'))
    if (raw.destroyed || stream.destroyed) this.#broken('it was closed')
    stream.resume()
  }

  async post(request: PostRequest, { mayWrite, deadlineMs }: Permission): Promise<Posted> {
    if (this.#asked) throw new Error('a connection is for one request, and this one has had it')
    this.#asked = true
    try {
      const formed = formatPost(this.#parts.to, request)
      if (!formed.ok) return notSent(`the request cannot be sent: ${formed.fault}`)
      const failed = this.#writeIf(mayWrite, formed.value)
      formed.value.fill(0)
      return failed ?? (await this.#reply(deadlineMs))
    } finally {
      request.body.fill(0)
      this.close()
    }
  }

  close(): void {
    this.#parts.raw.destroy()
    this.#parts.stream.destroy()
  }

  /** A byte that came before the question cannot be its answer, and would be taken for it. */
  #unusable(): string | undefined {
    if (this.#parts.isOver()) return 'the connection had reached its end before the request was written'
    if (this.#received.length > 0 || this.#parts.stream.readableLength > 0)
      return 'the other side spoke before it was asked'
    if (this.#over !== undefined) return `the connection had ended before the request was written: ${this.#over.why}`
    return undefined
  }

  /** Nothing waits between the question and the write (P-21). */
  #writeIf(mayWrite: () => boolean, bytes: Uint8Array): Posted | undefined {
    const gone = this.#unusable()
    if (gone !== undefined) return notSent(gone)
    return mayWrite() ? this.#write(bytes) : notSent('the permission to write had ended')
  }

  /** All of it in one call, or the connection is destroyed in the same tick: a rest that waits in this process could leave it after a pause. */
  #write(bytes: Uint8Array): Posted | undefined {
    const { raw, stream } = this.#parts
    const before = raw.bytesWritten
    stream.write(bytes)
    const handed = raw.bytesWritten - before
    if (handed >= bytes.length && raw.writableLength === 0) return undefined
    if (handed > 0) return this.#cut('the connection did not take the whole request at once')
    this.close()
    return notSent('the connection took no byte of the request')
  }

  async #reply(deadlineMs: number): Promise<Posted> {
    const timer = onceRead(() => this.#end(`no whole reply came within ${deadlineMs} ms`, false), deadlineMs)
    try {
      await new Promise<void>((resolve) => {
        this.#settle = resolve
        if (this.#over !== undefined) resolve()
      })
    } finally {
      clearTimeout(timer)
    }
    return this.#verdict()
  }

  #verdict(): Posted {
    const place = this.#place
    if (place.kind === 'whole') return { kind: 'replied', raw: this.#taken(place.next) }
    const { why, orderly } = this.#over ?? { why: 'it ended', orderly: false }
    const endsByClose = place.kind === 'until-close' || (place.kind === 'broken' && place.head === undefined)
    if (orderly && endsByClose) return { kind: 'replied', raw: this.#taken() }
    return this.#cut(`the connection gave no whole reply: ${place.kind === 'broken' ? `${place.why}, and ` : ''}${why}`)
  }

  /** What is left behind of it is erased: tokens are in it. */
  #take(chunk: Buffer): void {
    if (this.#over !== undefined) return
    const [held, room] = [this.#received, mostReplyBytes - this.#received.length]
    this.#received = Buffer.concat([held, chunk.subarray(0, room)])
    const isMore = chunk.length > room
    held.fill(0)
    chunk.fill(0)
    this.#place = followReply(this.#received, this.#place)
    if (this.#place.kind === 'whole') this.#end('the reply is whole', true)
    else if (isMore) this.#end(`the reply is larger than ${mostReplyBytes} bytes`, false)
  }

  #taken(end: number = this.#received.length): Uint8Array {
    const taken = Uint8Array.from(this.#received.subarray(0, end))
    this.#received.fill(0)
    return taken
  }

  #broken(why: string): void {
    this.#end(this.#parts.isOver() ? 'the end of the connection was reached' : why, false)
  }

  #end(why: string, orderly: boolean): void {
    this.#over ??= { why, orderly }
    if (this.#asked) this.#settle?.()
    else this.close() // nothing will be sent over it any more
  }

  /** Reset, so that the kernel forgets what it has not sent yet, instead of sending it when the network is back (P-21). */
  #cut(why: string): Posted {
    this.#parts.raw.resetAndDestroy()
    return { kind: 'cut', raw: this.#taken(), why }
  }
}

const notSent = (why: string): Posted => ({ kind: 'not-sent', why })
