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
  /** Loaded in turns, one burst after the other, so that what others do to the machine befalls all of them alike. */
  readonly targets: readonly PostTarget[]
  readonly sockets: number
  /** Replies of each before the measured ones. */
  readonly warmup: number
  readonly bursts: number
  /** Of one burst. */
  readonly replies: number
}
/** Of each burst, in the order of the targets. */
export type PostReport = readonly (readonly Figures[])[]

const body = '{}'

if (import.meta.main) process.stdout.write(JSON.stringify(await load(parseOwn<PostJob>(await text(process.stdin)))))

async function load({ targets, sockets, warmup, bursts, replies }: PostJob): Promise<PostReport> {
  for (const target of targets) await burst(target, sockets, warmup)
  const report: Figures[][] = targets.map(() => [])
  for (let count = 0; count < bursts; count += 1)
    for (const [index, target] of targets.entries()) report[index]?.push(await burst(target, sockets, replies))
  return report
}

async function burst(target: PostTarget, sockets: number, replies: number): Promise<Figures> {
  const window = new Window({ server: [target.pid], load: [] }, replies)
  window.open()
  const about = {
    replied: (milliseconds: number, bytes: number): boolean => window.reply(milliseconds, bytes),
    failed: (why: string): void => window.failure(why),
  }
  await Promise.all(Array.from({ length: sockets }, async (_, index) => await ask(target, { index, ...about })))
  window.close()
  return window.figures()
}

type Asking = {
  readonly index: number
  /** False once there were enough. */
  readonly replied: (milliseconds: number, bodyBytes: number) => boolean
  readonly failed: (why: string) => void
}

/** Until the window is over, or a reply is not what it must be. */
async function ask({ url, paths, token }: PostTarget, { index, replied, failed }: Asking): Promise<void> {
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
    if (replied(performance.now() - sentAt, reply.body.length)) send()
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
  socket.on('error', (error) => failed(error.message))
  await once(socket, 'close').catch(() => undefined)
}
