/** One connection that holds one chain of refresh tokens: it redeems the newest, and the reply's is the next. */
import { connect, type Socket } from 'node:net'
import type { Target } from './job.ts'
import { findStringField, ReplyReader } from './reply-reader.ts'

const moment = 200 // ms
const replyDeadline = 30_000 // so that a server that hangs ends the run as an error

export type Listener = {
  /** The reply was 200 and carried a new token. False stops the chain. */
  readonly replied: (milliseconds: number, bodyBytes: number) => boolean
  /** The server has said that it did not process it (503); the same token is sent again in a moment. */
  readonly postponed: () => void
  /** The chain is over: its token's state is not known any more. */
  readonly failed: (reason: string) => void
  readonly closed: () => void
}

export class Chain {
  readonly #target: Target
  readonly #listener: Listener
  readonly #reader = new ReplyReader()
  readonly #head: string
  readonly #formStart: string
  readonly #socket: Socket
  #token: string
  #sentAt = 0
  #waiting = false

  constructor(target: Target, token: string, listener: Listener) {
    const { hostname, port, host } = new URL(target.url)
    this.#target = target
    this.#token = token
    this.#listener = listener
    this.#formStart = `${new URLSearchParams(target.form).toString()}&refresh_token=`
    this.#head =
      `POST ${this.#target.path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: `
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('connect', () => this.#redeem())
    this.#socket.on('data', (piece: string) => this.#hear(piece))
    this.#socket.setTimeout(replyDeadline, () => this.#fail(`no reply within ${replyDeadline} ms`))
    this.#socket.on('error', (error) => this.#fail(error.message))
    this.#socket.on('close', () => this.#end())
  }

  get token(): string {
    return this.#token
  }

  #redeem(): void {
    const form = this.#formStart + encodeURIComponent(this.#token)
    this.#sentAt = performance.now()
    this.#waiting = true
    this.#socket.write(`${this.#head}${form.length}\r\n\r\n${form}`, 'latin1')
  }

  #redeemLater(): void {
    this.#listener.postponed()
    setTimeout(() => {
      if (!this.#socket.destroyed) this.#redeem()
    }, moment)
  }

  #hear(piece: string): void {
    try {
      const reply = this.#reader.read(piece)
      if (reply !== undefined) this.#judge(reply.status, reply.body)
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    }
  }

  #judge(status: number, body: string): void {
    const milliseconds = performance.now() - this.#sentAt
    this.#waiting = false
    if (status === 503 && findStringField(body, 'error') === 'temporarily_unavailable') return this.#redeemLater()
    if (status !== 200) return this.#fail(`status ${status}: ${body.slice(0, 200)}`)
    const next = findStringField(body, 'refresh_token')
    if (next === undefined || next === this.#token) return this.#fail(`no new refresh token: ${body.slice(0, 200)}`)
    this.#token = next
    if (this.#listener.replied(milliseconds, body.length)) this.#redeem()
    else this.#socket.end()
  }

  #fail(reason: string): void {
    this.#waiting = false
    this.#listener.failed(reason)
    this.#socket.destroy()
  }

  #end(): void {
    if (this.#waiting) this.#fail('the server closed the connection before it had replied')
    this.#listener.closed()
  }
}
