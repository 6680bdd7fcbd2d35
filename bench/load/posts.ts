/** The load process for a JSON API: a job on standard input, a report on standard output. Each kept-alive socket sends the next request when the reply is whole. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Figures } from './job.ts'
import { parseOwn } from './own-json.ts'
import { ReplyReader } from './reply-reader.ts'
import { Window } from './window.ts'

/** What a subject announces once it listens. */
export type PostTarget = {
  readonly url: string
  /** Asked in turn. */
  readonly paths: readonly string[]
  readonly token: string
  /** Whose CPU time counts as the server's. */
  readonly pid: number
}
export type PostJob = {
  readonly target: PostTarget
  readonly sockets: number
  readonly warmupSeconds: number
  readonly seconds: number
}

const body = '{}'

if (import.meta.main) process.stdout.write(JSON.stringify(await load(parseOwn<PostJob>(await text(process.stdin)))))

async function load({ target, sockets, warmupSeconds, seconds }: PostJob): Promise<Figures> {
  const window = new Window({ server: [target.pid], load: [] }, null)
  setTimeout(() => {
    window.open()
    setTimeout(() => window.close(), seconds * 1000).unref()
  }, warmupSeconds * 1000).unref()
  await Promise.all(Array.from({ length: sockets }, async (_, index) => await ask(target, window, index)))
  return window.figures()
}

/** Until the window is over, or a reply is not what it must be. */
async function ask({ url, paths, token }: PostTarget, window: Window, index: number): Promise<void> {
  const { hostname, port, host } = new URL(url)
  const path = paths[index % paths.length] ?? '/'
  const request =
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nAccept: application/json\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const reader = new ReplyReader()
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }).setEncoding('latin1')
  let sentAt = 0
  const send = (): void => {
    sentAt = performance.now()
    socket.write(request, 'latin1')
  }
  const judge = (piece: string): void => {
    const reply = reader.read(piece)
    if (reply === undefined) return
    if (reply.status !== 200 || !reply.body.startsWith('{"access_token":"'))
      throw new Error(`status ${reply.status}: ${reply.body.slice(0, 200)}`)
    if (window.reply(performance.now() - sentAt, reply.body.length)) send()
    else socket.end()
  }
  socket.on('connect', send)
  socket.on('data', (piece: string) => {
    try {
      judge(piece)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.setTimeout(30_000, () => socket.destroy(new Error('no reply within 30 s')))
  socket.on('error', (error) => window.failure(error.message))
  await once(socket, 'close').catch(() => undefined)
}
