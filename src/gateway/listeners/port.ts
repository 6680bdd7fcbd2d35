/** One port: accepts, learns who it is, and hands each connection to what it speaks. */
import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { peerAddress } from '../../ip/source-address.ts'
import { matcherContains } from '../../ip/matcher.ts'
import type { ListenAddress } from '../../documents/formats.ts'
import type { GatewayParts } from '../parts.ts'
import { breakOff } from '../relay/break-off.ts'
import { handOver, type Arrival, type Protocols } from './arrival.ts'
import { sort } from './first-byte.ts'
import { handedOver } from './last-words.ts'
import { listen, urlOf } from './listen.ts'
import { readSource } from './proxy-protocol.ts'
import { openQuietLog, type QuietLog } from './quiet-log.ts'
import { roomWithin, type Room } from './room.ts'
import { openStrangers, type Strangers } from './strangers.ts'
import { openTls, type TlsMaterial, type TlsToGateway } from './tls.ts'

export type PortParts = Pick<GatewayParts, 'wheel' | 'deadlines' | 'proxyProtocolPeers' | 'log' | 'monotonic'>

export type PortOptions = {
  readonly listen: ListenAddress
  readonly tls?: TlsMaterial | undefined
  readonly protocols: Protocols
  readonly room?: Room
}

export type Port = {
  readonly address: ListenAddress
  /** `http://127.0.0.1:9293`, or `https://` with TLS. */
  readonly url: string
  /** For connections from now on; those that are there keep what they have. Throws where the two do not fit, and then nothing has changed. TLS is
   *  switched on or off by a restart only. */
  readonly replaceTls: (material: TlsMaterial) => void
  /** Accepts nothing from now on. Connections that are there run on. */
  readonly close: () => void
  /** Closes, and ends every connection that is left, those of slow clients after a grace of 2 s. Resolves when all are gone. */
  readonly destroy: () => Promise<void>
}

/** Rejects with an Error that says what to do, and has the `code` of the system, where it cannot listen there. */
export async function openPort(parts: PortParts, options: PortOptions): Promise<Port> {
  const { room = roomWithin(undefined) } = options
  const tls = options.tls === undefined ? undefined : openTls(options.tls)
  const log = openQuietLog(parts.log, parts.monotonic)
  const strangers = openStrangers(parts.wheel, room.strangers)
  const sockets = new Set<Socket>()
  const secured = new Set<Duplex>() // what is written to them waits there, and not in the sockets below
  const accept = receiver(parts, { protocols: options.protocols, tls, log, strangers, secured })
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', forget)
    socket.on('error', ignore)
    accept(socket)
  })
  function forget(this: Socket): void {
    sockets.delete(this)
  }
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  const address = await listen(server, options.listen)
  server.maxConnections = room.connections ?? Infinity
  server.on('drop', () => log('connections-exhausted', { most: room.connections, next: moreFiles }))
  server.on('error', (cause) => log('accept-failed', { cause: cause.message, next: moreFiles }))
  return {
    address,
    url: urlOf(address, { secure: tls !== undefined }),
    replaceTls(material) {
      if (tls === undefined)
        throw new Error('The gateway was started without gateway.tls: restart it to switch TLS on.')
      tls.replace(material)
    },
    close: () => void server.close(),
    async destroy() {
      server.close()
      await handedOver([...sockets, ...secured])
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const moreFiles = 'Raise the limit of open files (ulimit -n, LimitNOFILE); see sallyport doctor.'

const ignore = (): void => undefined

type Receiving = {
  readonly protocols: Protocols
  readonly tls: TlsToGateway | undefined
  readonly log: QuietLog
  readonly strangers: Strangers
  readonly secured: Set<Duplex>
}

/** What becomes of a socket that was accepted. */
function receiver(parts: PortParts, { protocols, tls, log, strangers, secured }: Receiving): (socket: Socket) => void {
  const inside = (arrival: Arrival, alpn: string | undefined): void => {
    secured.add(arrival.socket)
    arrival.socket.once('close', () => secured.delete(arrival.socket))
    if (alpn === 'h2') handOver(arrival, protocols.http2, arrival.start)
    else sort(arrival, sorting)
  }
  const acceptTls = (arrival: Arrival): void => tls?.accept(arrival, inside)
  const sorting = { protocols, tls: tls === undefined ? undefined : acceptTls, log }
  const sortThis = (arrival: Arrival): void => sort(arrival, sorting)
  return (socket) => {
    const peer = peerAddress(socket.remoteAddress ?? '')
    if (!peer.ok) return void socket.destroy() // gone already
    const from = peer.value
    const drop = (why: string): void => {
      if (why === 'too-many') log('too-many-strangers', { next: 'A flood, or clients that connect and say nothing.' })
      breakOff(socket)
    }
    const stranger = strangers.arrive(from, { within: parts.deadlines().header, drop })
    if (stranger === undefined) return drop('too-many')
    socket.on('close', stranger.leaves)
    const arrival: Arrival = { socket, start: nothing, from, secure: false, stranger }
    if (matcherContains(parts.proxyProtocolPeers(), from)) readSource(arrival, { next: sortThis, log })
    else sort(arrival, sorting)
  }
}

const nothing = Buffer.alloc(0)
