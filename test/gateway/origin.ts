/** What stands behind the gateway in a test: listeners that remember who came, and a TLS front that hides nobody's address. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { closeServer, fixture, listenOn, type Scope } from './kit.ts'

export type Origin = {
  readonly host: string
  readonly port: number
  /** `HOST:PORT`, as `allow` and CONNECT have it. */
  readonly at: string
  /** Of every connection that was accepted, in that order. */
  readonly sources: readonly string[]
  readonly sockets: ReadonlySet<Socket>
  /** Takes no new connections; those that are there stay. */
  readonly refuse: () => Promise<void>
}

/** On a free port of `host`. Half-open sockets are left to `use`. */
export async function startOrigin(t: Scope, use: (socket: Socket) => void, host = '127.0.0.1'): Promise<Origin> {
  const sources: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sources.push(socket.remoteAddress ?? 'gone')
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    use(socket)
  })
  const { port } = await listenOn(server, host)
  t.after(() => endServer(server, sockets))
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return { host, port, at, sources, sockets, refuse: () => closeListening(server) }
}

/** Sends back whatever comes, and ends when the other side does. */
export const startEchoOrigin = (t: Scope, host?: string): Promise<Origin> =>
  startOrigin(t, (socket) => socket.pipe(socket), host)

/** Terminates TLS and dials `behind` from the very address that its own peer has, so that what is behind sees the same source. */
export async function startTlsFront(
  t: Scope,
  behind: { readonly host: string; readonly port: number },
): Promise<Origin> {
  const sources: string[] = []
  const sockets = new Set<Socket>()
  const server = createTlsServer(
    { cert: fixture('loopback-certificate.pem'), key: fixture('loopback-key.pem') },
    (outer) => {
      const localAddress = outer.remoteAddress ?? '127.0.0.1'
      sources.push(localAddress)
      sockets.add(outer)
      const inner = connect({ host: behind.host, port: behind.port, localAddress })
      outer.on('close', () => {
        sockets.delete(outer)
        inner.destroy()
      })
      inner.on('close', () => outer.destroySoon())
      for (const each of [outer, inner]) each.on('error', () => undefined)
      outer.pipe(inner)
      inner.pipe(outer)
    },
  )
  server.on('tlsClientError', () => undefined)
  const { port } = await listenOn(server, '127.0.0.1')
  t.after(() => endServer(server, sockets))
  return {
    ...{ host: '127.0.0.1', port, at: `127.0.0.1:${port}`, sources, sockets },
    refuse: () => closeListening(server),
  }
}

async function endServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const each of sockets) each.destroy()
  await closeServer(server)
}

/** `close` also waits for the connections; the port is free before that. */
async function closeListening(server: Server): Promise<void> {
  server.close()
  await new Promise(setImmediate)
}
