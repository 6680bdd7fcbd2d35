/** Forwarded GETs: kept-alive connections, each with one request at a time. */
import { ReplyReader } from '../load/reply-reader.ts'
import type { Window } from '../load/window.ts'
import { connect, type Socket } from 'node:net'
import { originHost, replyBody, type ProxyJob, type ProxyTarget } from './job.ts'

/** Resolves when the window is over. */
export async function runGets({ proxy, origin, connections, measure }: ProxyJob, window: Window): Promise<void> {
  const port = measure === 'latency' ? origin.webInTwo : origin.web
  const { host, port: at } = proxy ?? { host: originHost, port }
  const asking = { host, port: at, head: requestHead(proxy, port), window }
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      new Getter(asking, resolve).connect()
      await promise
    }),
  )
}

type Asking = { readonly host: string; readonly port: number; readonly head: string; readonly window: Window }

/** One connection, and the next where the proxy closes it after a reply: that is what it is to its clients, and in the next reply's time. */
class Getter {
  readonly #asking: Asking
  readonly #over: () => void
  #reader = new ReplyReader()
  #replies = 0
  #before = 0
  #then: 'ask' | 'connect' | 'stop' = 'ask'

  constructor(asking: Asking, over: () => void) {
    this.#asking = asking
    this.#over = over
  }

  connect(): void {
    const { host, port, head } = this.#asking
    this.#reader = new ReplyReader()
    this.#replies = 0
    this.#before = performance.now()
    this.#then = 'ask'
    const socket = connect({ host, port, noDelay: true })
    socket.setEncoding('latin1')
    socket.on('connect', () => socket.write(head, 'latin1'))
    socket.on('data', (piece: string) => this.#hear(socket, piece))
    socket.on('error', (error) => this.#lost(error.message))
    socket.on('close', () => this.#closed())
  }

  #hear(socket: Socket, piece: string): void {
    try {
      const reply = this.#reader.read(piece)
      if (reply === undefined) return
      this.#judge(reply.status, reply.body)
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    }
    if (this.#then === 'ask') socket.write(this.#asking.head, 'latin1')
    else socket.destroy()
  }

  #judge(status: number, body: string): void {
    if (status !== 200 || body !== replyBody) return this.#fail(`status ${status}: ${body.slice(0, 100)}`)
    const now = performance.now()
    const goesOn = this.#asking.window.reply(now - this.#before, body.length)
    this.#before = now
    this.#replies += 1
    if (!goesOn) this.#then = 'stop'
    else if (closes.test(this.#reader.head)) this.#then = 'connect'
  }

  #closed(): void {
    if (this.#then === 'ask') this.#lost('the proxy closed the connection before it had replied')
    if (this.#then === 'connect') this.connect()
    else this.#over()
  }

  /** Closed by the proxy while it was kept alive: any client asks once more on a new connection. */
  #lost(why: string): void {
    if (this.#then !== 'ask') return
    if (this.#replies > 0 && !this.#reader.hasBegun) this.#then = 'connect'
    else this.#fail(why)
  }

  #fail(why: string): void {
    this.#asking.window.failure(why)
    this.#then = 'stop'
  }
}

const closes = /^HTTP\/1\.0|\r\n(?:proxy-)?connection: *close/i

function requestHead(proxy: ProxyTarget | null, port: number): string {
  const to = `${originHost}:${port}`
  if (proxy === null) return `GET /records HTTP/1.1\r\nHost: ${to}\r\n\r\n`
  return `GET http://${to}/records HTTP/1.1\r\nHost: ${to}\r\nProxy-Authorization: ${proxy.authorization}\r\n\r\n`
}
