/** Answers the plain requests of one request line on the socket itself. node:http takes 38 of the 61 µs that it needs for such a request for what
 *  nobody asks of it here (bench/rotations); it has every connection from its first request on that is not plain. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { readWholeRequest, type PlainFields } from './whole-request.ts'

const { STATUS_CODES } = process.getBuiltinModule('node:http') // an import would load undici with it (decision 0010)

export type DirectAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type DirectRequest = { readonly socket: Socket; readonly headers: Readonly<PlainFields>; readonly body: string }

export type DirectTerms = {
  /** With its CR LF. */
  readonly requestLine: string
  /** Of the request, in bytes. */
  readonly longest: number
  /** Undefined leaves the request to node:http. `cut`: the connection ends without a byte. Must not reject. */
  readonly answer: (request: DirectRequest) => Promise<DirectAnswer | 'cut'> | undefined
  /** For the Date field: milliseconds since 1970. */
  readonly clock: () => number
  /** Until the first byte, and between two requests, in milliseconds; the server's own. */
  readonly headerMs: number
  readonly keepAliveMs: number
}

export type DirectLane = {
  /** True where a request of this connection is being answered, or its answer is not sent yet: the connection ends with that. */
  readonly endAfterAnswer: (socket: Socket) => boolean
}

/** To be called before anybody else listens to the server's connections. */
export function openDirectLane(server: Server, terms: DirectTerms): DirectLane {
  const toHttp = server.listeners('connection')
  if (toHttp.length !== 1)
    throw new Error(`${toHttp.length} listen to the connections of this server, not node:http alone`)
  server.removeAllListeners('connection')
  const connections = new WeakMap<Socket, DirectConnection>()
  const handOver = (socket: Socket): void => {
    connections.delete(socket)
    toHttp[0]?.call(server, socket)
  }
  const headOf = openHeads(terms)
  server.on('connection', (socket: Socket) => {
    connections.set(socket, new DirectConnection(socket, { ...terms, headOf, handOver }))
  })
  return { endAfterAnswer: (socket) => connections.get(socket)?.endAfterAnswer() ?? false }
}

type HeadOf = (answer: DirectAnswer, about: { readonly length: number; readonly last: boolean }) => string
type Parts = DirectTerms & {
  readonly headOf: HeadOf
  readonly handOver: (socket: Socket) => void
}

class DirectConnection {
  readonly #socket: Socket
  readonly #parts: Parts
  #answering = false
  #answered = false
  #last = false
  /** What came while a request was being answered: a client that pipelines. */
  #ahead: Buffer | undefined
  readonly #onData = (piece: Buffer): void => this.#hear(piece)
  readonly #onTimeout = (): void => this.#tire()
  // as node:http does: who ends his side has given up (P-03)
  readonly #onEnd = (): void => void this.#socket.end()
  readonly #onError = (): void => void this.#socket.destroy()
  readonly #onDrain = (): void => void this.#socket.resume()

  constructor(socket: Socket, parts: Parts) {
    this.#socket = socket
    this.#parts = parts
    socket.setTimeout(parts.headerMs)
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError)
    socket.on('timeout', this.#onTimeout).on('drain', this.#onDrain)
  }

  endAfterAnswer(): boolean {
    this.#last = this.#answering
    if (this.#answering || this.#socket.writableLength === 0) return this.#answering
    this.#socket.destroySoon() // an answer is on its way, and a token may be in it
    return true
  }

  #hear(piece: Buffer): void {
    if (this.#answering) {
      this.#ahead = this.#ahead === undefined ? piece : Buffer.concat([this.#ahead, piece])
      return void this.#socket.pause()
    }
    const { requestLine, longest, answer } = this.#parts
    const request = piece.length > longest ? undefined : readWholeRequest(piece, requestLine)
    const answering = request && answer({ socket: this.#socket, ...request })
    if (answering === undefined) return this.#leave(piece)
    this.#answering = true
    answering.then((answered) => this.#write(answered)).catch(() => this.#socket.destroy()) // a head that must not be written: no half of an answer
  }

  #write(answered: DirectAnswer | 'cut'): void {
    this.#answering = false
    const socket = this.#socket
    if (answered === 'cut') return void socket.destroy()
    if (!socket.writable) return
    if (!this.#answered) socket.setTimeout(this.#parts.keepAliveMs)
    this.#answered = true
    const { body } = answered
    const length = Buffer.byteLength(body)
    const text = this.#parts.headOf(answered, { length, last: this.#last }) + body
    const taken = socket.write(text, body.length === length ? 'latin1' : 'utf8') // ASCII, as almost every answer is, needs no encoder
    if (this.#last) return socket.destroySoon()
    if (this.#ahead !== undefined) return this.#leave(this.#ahead)
    if (!taken) socket.pause() // who sends and does not read gets no more until he does
  }

  /** Nothing but time has passed. A request that is being answered may take as long as it does. */
  #tire(): void {
    if (this.#answering) return
    if (this.#answered) return void this.#socket.destroy()
    this.#socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n', () => this.#socket.destroy())
  }

  /** node:http has the connection from here on, and the bytes that were read of it first. */
  #leave(read: Buffer): void {
    const socket = this.#socket
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError)
    socket.off('timeout', this.#onTimeout).off('drain', this.#onDrain)
    socket.setTimeout(0)
    this.#parts.handOver(socket)
    socket.emit('data', read)
    socket.resume()
  }
}

/** Status line and fields, written once for each kind of answer. */
function openHeads({ clock, keepAliveMs }: DirectTerms): HeadOf {
  const heads = new WeakMap<Readonly<Record<string, string>>, Map<number, string>>()
  let second = 0
  let rest = ''
  const restNow = (): string => {
    const now = Math.floor(clock() / 1000)
    if (now === second) return rest
    second = now
    rest = `Date: ${new Date(now * 1000).toUTCString()}\r\n`
    return rest
  }
  const kept = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n\r\n`
  return ({ status, headers }, { length, last }) => {
    let byStatus = heads.get(headers)
    if (byStatus === undefined) heads.set(headers, (byStatus = new Map<number, string>()))
    let head = byStatus.get(status)
    if (head === undefined) byStatus.set(status, (head = writeHead(status, headers)))
    return head + `content-length: ${length}\r\n` + restNow() + (last ? 'Connection: close\r\n\r\n' : kept)
  }
}

/** The fields are ours; a line end in one would be a fault of ours, and must not split an answer in two. */
function writeHead(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => {
    if (/[^\x20-\x7e]/.test(name + value)) throw new Error(`the field ${name} of an answer is not printable`)
    return `${name}: ${value}\r\n`
  })
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}`
}
