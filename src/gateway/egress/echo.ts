/** The gateway's own echo: it answers with the address that a connection comes from (SF-273). */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatAddress, parseAddress, type Address } from '../../ip/address.ts'
import { peerAddress } from '../../ip/source-address.ts'

const { createServer } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)

export type Echo = {
  /** Where it listens; a request for `http://ip.sallyport/` is dialled there from the egress (P-41). Of IPv4, and of IPv6 where there is any. */
  readonly addresses: readonly Address[]
  readonly port: number
  readonly close: () => Promise<void>
}

/** Without `listen` on a free port of the loopback, IPv4 and if possible IPv6. Rejects where it cannot listen. */
export async function openEcho(listen?: { readonly address: Address; readonly port: number }): Promise<Echo> {
  if (listen !== undefined) {
    const one = await listening(formatAddress(listen.address), listen.port)
    return echoOf([one], [dialable(listen.address)])
  }
  const v4 = await listening('127.0.0.1', 0)
  const v6 = await listening('::1', portOf(v4)).catch(() => undefined) // no IPv6 here, or another's port: IPv4 alone
  return echoOf(v6 === undefined ? [v4] : [v4, v6], v6 === undefined ? [loopback4] : [loopback4, loopback6])
}

const echoOf = (servers: readonly [Server, ...Server[]], addresses: readonly Address[]): Echo => ({
  addresses,
  port: portOf(servers[0]),
  close: async () => void (await Promise.all(servers.map(closed))),
})

async function listening(host: string, port: number): Promise<Server> {
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 10_000 }, answer)
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

/** The bare address as text, or `{"ip":"…"}` to whoever asks for JSON. It believes no header: the peer of the connection is what was observed (L-72). */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const peer = peerAddress(request.socket.remoteAddress ?? '')
  if (!peer.ok) return void response.destroy() // gone already
  const text = formatAddress(peer.value)
  const json = /\bapplication\/json\b/i.test(request.headers.accept ?? '')
  const body = json ? JSON.stringify({ ip: text }) : `${text}\n`
  response.writeHead(200, {
    'Content-Type': json ? 'application/json' : 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'Connection': 'close',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function portOf(server: Server): number {
  const at: AddressInfo | string | null = server.address()
  if (at === null || typeof at === 'string') throw new Error('the echo listens on no port')
  return at.port
}

const loopback4 = loopback('127.0.0.1')
const loopback6 = loopback('::1')

/** A listener on every address is reached by the loopback. */
function dialable(address: Address): Address {
  if (address === 0) return loopback4
  return address === 0n ? loopback6 : address
}

function loopback(text: string): Address {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(`${text} is no address`)
  return address.value
}
