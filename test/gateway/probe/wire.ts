/** Raw sockets: what was sent is known to the byte, and so is what came back. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Place = { readonly host: string; readonly port: number }

/** `reset` also for a connection that was closed before all was sent. `open`: it was still open when `until` was satisfied. */
export type Ending = 'end' | 'reset' | 'open' | 'timeout'

export type Talk = {
  /** One character a byte. */
  readonly text: string
  readonly ending: Ending
  /** From the connection to the end, in milliseconds. */
  readonly ms: number
}

export type TalkOptions = {
  /** Stops listening once this is so; without it the talk goes on to the end of the connection. */
  readonly until?: (text: string) => boolean
  /** Ends our half once all is sent. */
  readonly half?: boolean
  /** Milliseconds between two bytes; all at once if not said. */
  readonly drip?: number
  readonly patience?: number
}

/** Sends this and listens. */
export async function talk(to: Place, bytes: string | Buffer, options: TalkOptions = {}): Promise<Talk> {
  const line = await open(to)
  const from = performance.now()
  const done = line.listen(options)
  if (options.drip === undefined) line.send(bytes)
  else drip(line.socket, Buffer.from(bytes as string, 'latin1'), options.drip)
  if (options.half === true) line.socket.end()
  const ending = await done
  line.socket.destroy()
  return { text: line.text(), ending, ms: performance.now() - from }
}

export type Line = {
  readonly socket: Socket
  readonly text: () => string
  readonly send: (bytes: string | Buffer) => void
  /** Resolves when `until` is so of all that has come, or the connection has ended. */
  readonly listen: (options?: Pick<TalkOptions, 'until' | 'patience'>) => Promise<Ending>
}

export async function open({ host, port }: Place): Promise<Line> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
  let text = ''
  let broken = false
  socket.on('error', () => (broken = true))
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  await once(socket, 'connect')
  return {
    socket,
    text: () => text,
    send: (bytes) => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    listen: async ({ until, patience = 8_000 } = {}) =>
      await new Promise<Ending>((resolve) => {
        const timer = setTimeout(() => settle('timeout'), patience)
        const settle = (ending: Ending): void => {
          clearTimeout(timer)
          socket.off('data', look).off('end', ended).off('close', closed)
          resolve(ending)
        }
        const look = (): void => void (until?.(text) === true && settle('open'))
        const ended = (): void => settle('end')
        const closed = (): void => settle(broken ? 'reset' : 'end')
        socket.on('data', look).on('end', ended).on('close', closed)
        if (socket.closed) closed()
        else if (socket.readableEnded) ended()
        else look()
      }),
  }
}

/** A slow client, one byte at a time, until nobody takes them. */
function drip(socket: Socket, bytes: Buffer, every: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (at === bytes.length || socket.destroyed || !socket.writable) return clearInterval(timer)
    socket.write(bytes.subarray(at, (at += 1)))
  }, every)
  socket.on('close', () => clearInterval(timer))
}

export type HttpReply = {
  readonly status: number | undefined
  /** Of the first field of that name. */
  readonly field: (name: string) => string | undefined
  readonly names: readonly string[]
  readonly head: string
  /** All that came behind the head. */
  readonly rest: string
}

/** The first reply in what came; without one the status is undefined. */
export function replyIn(text: string): HttpReply {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const [first = '', ...lines] = head.split('\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]
  const fields = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return {
    status: status === undefined ? undefined : Number(status),
    field: (name) => fields.find(([key]) => key === name)?.[1],
    names: fields.map(([key = '']) => key),
    head,
    rest: end < 0 ? '' : text.slice(end + 4),
  }
}

export const hasHead = (text: string): boolean => text.includes('\r\n\r\n')
