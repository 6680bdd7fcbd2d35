/** A client that says bytes and waits for bytes. */
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

export type ByteClient = {
  readonly socket: Duplex
  /** Everything that has come, as Latin-1. */
  read(): string
  say(bytes: string | Uint8Array): void
  /** Resolves once at least `length` bytes have come; rejects when the connection ends before. */
  until(length: number): Promise<string>
  /** Resolves once the text holds this. */
  untilIncludes(text: string): Promise<string>
  /** Resolves with everything when the other side has ended or reset the connection. */
  untilEnd(): Promise<string>
}

export function byteClient(socket: Duplex): ByteClient {
  let text = ''
  let ended = false
  const waiting = new Set<() => void>()
  const look = (): void => waiting.forEach((each) => each())
  const finish = (): void => {
    ended = true
    look()
  }
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    look()
  })
  socket.on('end', finish)
  socket.on('close', finish)
  socket.on('error', finish)
  const until = (done: () => boolean, what: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const judge = (): void => {
        if (!done() && !ended) return
        waiting.delete(judge)
        if (done()) resolve(text)
        else reject(new Error(`the connection ended before ${what}, after ${JSON.stringify(text)}`))
      }
      waiting.add(judge)
      judge()
    })
  return {
    socket,
    read: () => text,
    say: (bytes) => void socket.write(bytes),
    until: (length) => until(() => text.length >= length, `${length} bytes`),
    untilIncludes: (part) => until(() => text.includes(part), part),
    untilEnd: () => until(() => ended, 'its end'),
  }
}

export type From = { readonly port: number; readonly from?: string }

/** Connected when it resolves, or reset already; half-open when the other side ends. */
export async function openByteClient({ port, from = '127.0.0.1' }: From): Promise<ByteClient> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true, noDelay: true })
  const client = byteClient(socket)
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
    socket.once('close', () => resolve())
  })
  return client
}
