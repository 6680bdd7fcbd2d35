/** A proxy of somebody else, as small as it can be: it leaves by one of its addresses and then by the next, as it likes, and nobody can pin one. And an echo. */
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import type { Scope } from '../../gateway/kit.ts'
import { listenOn } from '../../gateway/kit.ts'

export type Balancer = {
  /** With its credentials. */
  readonly url: string
  /** What it leaves by from now on, in turn. */
  readonly leaveBy: (...addresses: readonly string[]) => void
}

export async function startBalancer(t: Scope, ...first: readonly string[]): Promise<Balancer> {
  let addresses = first
  let turn = 0
  const next = (): string => addresses[turn++ % addresses.length] ?? '127.0.0.1'
  const password = 'p@ss/word'
  const wanted = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`
  const isKnown = ({ headers }: IncomingMessage): boolean => headers['proxy-authorization'] === wanted
  const server = createServer((asked, answer) => {
    if (!isKnown(asked)) return void answer.writeHead(407).end()
    const { 'proxy-authorization': _credentials, ...headers } = asked.headers
    const onward = request(asked.url ?? '', { method: asked.method, headers, localAddress: next(), agent: false })
    onward.on('error', () => answer.writeHead(502).end())
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    asked.pipe(onward)
  })
  server.on('connect', (asked: IncomingMessage, socket) => {
    if (!isKnown(asked)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const { hostname, port } = new URL(`http://${asked.url ?? ''}`)
    const onward = connect({ host: hostname, port: Number(port), localAddress: next() })
    onward.on('connect', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    for (const each of [socket, onward]) each.on('error', () => (socket.destroy(), onward.destroy()))
  })
  const { port } = await listenOn(server, '127.0.0.1')
  closeAfter(t, server)
  return {
    url: `http://user:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    leaveBy: (...more) => void (addresses = more),
  }
}

/** Answers as people's echoes do: the address among other words. */
export async function startEcho(t: Scope): Promise<string> {
  const server = createServer(({ socket, url }, answer) => {
    if (url === '/round') return void answer.writeHead(302, { location: '/round' }).end()
    if (url === '/moved') return void answer.writeHead(302, { location: '/' }).end()
    answer.end(`{"ip":"${socket.remoteAddress ?? ''}"}\n`)
  })
  const { port } = await listenOn(server, '127.0.0.1')
  closeAfter(t, server)
  return `http://127.0.0.1:${port}/`
}

function closeAfter(t: Scope, server: Server): void {
  t.after(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => void server.close(() => resolve()))
  })
}
