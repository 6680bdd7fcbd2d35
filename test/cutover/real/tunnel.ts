/** One tunnel of the gateway, and requests through it one at a time, as a program on the wire has them. */
import { connect, type Socket } from 'node:net'

export type WireReply = { readonly status: number; readonly head: string; readonly body: string }

export type Tunnel = {
  /** By which address it leaves, as the gateway says. */
  readonly address: string
  /** Rejects with a Lost where no whole reply comes. */
  readonly send: (request: string) => Promise<WireReply>
  /** The far side, or the gateway, has ended it: nothing may be sent any more. */
  readonly isOver: () => boolean
  readonly close: () => void
  /** At once. */
  readonly drop: () => void
}

/** Nothing of a request has gone out: it may be sent again. */
export class NotSent extends Error {}
/** A request has gone out, and nobody knows what became of it. */
export class Lost extends Error {}

export type Way = {
  readonly host: string
  readonly port: number
  readonly authorization: string
  /** HOST:PORT. */
  readonly to: string
}

const patience = 30_000 // ms

/** Rejects with NotSent where the gateway cannot be reached or is stopping, and with an Error that says its answer where it refuses. */
export async function openTunnel({ host, port, authorization, to }: Way): Promise<Tunnel> {
  const socket = connect({ host, port, noDelay: true })
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.setTimeout(patience, () => socket.destroy(new Error(`no reply within ${patience} ms`)))
  const ask = `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\nProxy-Authorization: ${authorization}\r\n\r\n`
  const head = await exchange(socket, ask, (text) => text.includes('\r\n\r\n')).catch((cause: unknown) => {
    throw new NotSent('the gateway is not there', { cause })
  })
  const status = Number(head.slice(9, 12))
  if (status !== 200) {
    socket.destroy()
    const why = `the gateway says ${status} ${/details="(\w+)"/.exec(head)?.[1] ?? ''}`.trim()
    throw why.endsWith('DRAINING') ? new NotSent(why) : new Error(why)
  }
  return {
    address: /^sallyport-egress:.*; address=(\S+)/im.exec(head)?.[1] ?? '',
    async send(request) {
      const text = await exchange(socket, request, isWhole).catch((cause: unknown) => {
        throw new Lost('sent, and no reply came', { cause })
      })
      const end = text.indexOf('\r\n\r\n')
      return { status: Number(text.slice(9, 12)), head: text.slice(0, end), body: text.slice(end + 4) }
    },
    isOver: () => socket.destroyed || socket.readableEnded || !socket.writable,
    close: () => socket.end(),
    drop: () => socket.destroy(),
  }
}

/** No pipelining, and every reply says its length: what arrives belongs to the one request. */
async function exchange(socket: Socket, request: string, isEnough: (text: string) => boolean): Promise<string> {
  let text = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const hear = (piece: string): void => {
    text += piece
    if (isEnough(text)) resolve(text)
  }
  const end = (): void => reject(new Error('the connection was closed'))
  socket.on('data', hear).once('close', end).once('error', reject)
  if (socket.destroyed) end()
  else socket.write(request, 'latin1')
  try {
    return await promise
  } finally {
    socket.off('data', hear).off('close', end).off('error', reject)
  }
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  if (length === undefined) throw new Error(`a reply without a length: ${text}`)
  return text.length >= end + 4 + Number(length)
}
