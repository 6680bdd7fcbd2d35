/** A connection on its way from accept to its protocol. */
import type { Duplex } from 'node:stream'
import type { Address } from '../../ip/address.ts'
import type { Connection } from './connection.ts'
import type { Stranger } from './strangers.ts'

export type Arrival = {
  readonly socket: Duplex
  /** What was read of it and is still to be looked at; may be empty. */
  readonly start: Buffer
  readonly from: Address
  readonly secure: boolean
  readonly stranger: Stranger
}

/** Who goes on with a connection, by what it speaks. */
export type Protocols = {
  readonly http1: (connection: Connection) => void
  readonly http2: (connection: Connection) => void
  readonly socks5: (connection: Connection) => void
}

/** From here on the protocol has its own deadlines; the stranger stays counted until it has shown credentials or is closed. */
export function handOver(arrival: Arrival, protocol: (connection: Connection) => void, head: Buffer): void {
  const { socket, from, secure, stranger } = arrival
  stranger.greeted()
  protocol({ socket, from, head, secure, authenticated: stranger.leaves })
}
