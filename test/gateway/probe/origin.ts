/** A destination that keeps every byte it gets, and answers what it is told to. */
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Place } from './wire.ts'

export type Origin = AsyncDisposable &
  Place & {
    /** All that has come, over all connections; one character a byte. */
    readonly received: () => string
    readonly connections: () => number
    /** Resolves once this is so of what has come. */
    readonly hears: (what: (text: string) => boolean) => Promise<void>
    readonly sockets: readonly Socket[]
  }

/** What it does with a connection; `text` is what has come on that one. */
export type Manner = (socket: Socket, text: string) => void

export const okReply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** Answers every whole head with this. */
export const answering =
  (reply: string = okReply): Manner =>
  (socket, text) => {
    if (text.endsWith('\r\n\r\n')) socket.write(Buffer.from(reply, 'latin1'))
  }

export async function openOrigin(
  manner: Manner = answering(),
  ended?: (socket: Socket) => void,
  greet?: (socket: Socket) => void,
): Promise<Origin> {
  let received = ''
  const sockets: Socket[] = []
  const waiting = new Set<() => void>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let text = ''
    sockets.push(socket)
    socket.on('error', () => undefined)
    greet?.(socket)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      received += chunk.toString('latin1')
      for (const look of waiting) look()
      manner(socket, text)
    })
    socket.on('end', () => (ended === undefined ? socket.end() : ended(socket)))
  })
  const port = await listening(server)
  return {
    ...{ host: '127.0.0.1', port, sockets, received: () => received, connections: () => sockets.length },
    hears: async (what) => {
      if (what(received)) return
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!what(received)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
      })
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      if (server.listening) await once(server, 'close')
    },
  }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at: AddressInfo | string | null = server.address()
  if (at === null || typeof at === 'string') throw new Error('the origin has no port')
  return at.port
}

/** A port of the loopback on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  server.close()
  await once(server, 'close')
  return port
}

/** Listens and never accepts: once its backlog is full the kernel drops each further SYN, as a firewall would. */
export async function openBlackHole(): Promise<Place & AsyncDisposable> {
  const worker = new Worker(
    `const { createServer } = require('node:net'), { parentPort } = require('node:worker_threads')
     const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
     })`,
    { eval: true },
  )
  const [port]: unknown[] = await once(worker, 'message')
  if (typeof port !== 'number') throw new Error('the black hole has no port')
  const fill = Array.from({ length: 3 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  await Promise.all(fill.slice(0, 2).map(async (socket) => await once(socket, 'connect'))) // the backlog takes one more than it says
  return {
    ...{ host: '127.0.0.1', port },
    [Symbol.asyncDispose]: async () => {
      for (const socket of fill) socket.destroy()
      await worker.terminate()
    },
  }
}
