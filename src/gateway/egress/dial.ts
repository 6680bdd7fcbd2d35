/** One connection from a declared local address. */
import type { Socket, TcpNetConnectOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import { formatAddress, type Address } from '../../ip/address.ts'
import { peerAddress } from '../../ip/source-address.ts'
import { classifyDial, type DialFailure } from '../rules/egress/dial-failure.ts'
import type { Ports } from './ports.ts'
import type { AttemptEnd, Cancel } from './race.ts'

/** A connection to the destination, over which nothing has been sent. */
export type Connection = {
  readonly socket: Duplex
  /** Undefined where a proxy in between has resolved the name (P-43). */
  readonly remote: Address | undefined
  /** What a Sallyport in between says of itself (P-41). */
  readonly leavesFrom: Address | undefined
}

/** `net.connect`, or what a test puts in its place. */
export type Connect = (options: TcpNetConnectOpts) => Socket

export type LocalSide = {
  readonly address: Address
  readonly text: string
  readonly ports: Ports
  readonly connect: Connect
}

/** The socket is bound to the address before it dials, and is asked for its own address before anybody gets it: nothing leaves by another one.
 *  It has TCP_NODELAY and `allowHalfOpen`, and no listeners once it is handed out. No deadline: the caller has one. */
export function dialFrom(
  side: LocalSide,
  to: { readonly address: Address; readonly port: number },
  ended: (end: AttemptEnd<Connection>) => void,
): Cancel {
  const host = formatAddress(to.address)
  let taken = 0
  let cancelled = false
  let socket = dial(side.ports.next(taken) ?? 0)
  return () => {
    cancelled = true
    socket.destroy()
  }

  function dial(localPort: number): Socket {
    const dialling = side.connect({
      host,
      port: to.port,
      localAddress: side.text,
      ...(localPort === 0 ? {} : { localPort }),
      noDelay: true,
      allowHalfOpen: true,
    })
    side.ports.hold(dialling, to.address, to.port)
    const failed = (error: NodeJS.ErrnoException): void => {
      dialling.off('connect', connected)
      if (cancelled) return // the error was on its way already
      const failure = classifyDial({ code: error.code ?? error.message, syscall: error.syscall }, side.text)
      taken += 1
      const next = failure.kind === 'ports-exhausted' ? side.ports.next(taken) : undefined
      if (next === undefined) ended({ kind: 'failed', failure })
      else socket = dial(next)
    }
    const connected = (): void => {
      dialling.off('error', failed)
      const misbound = misboundTo(dialling, side)
      if (misbound === undefined)
        return ended({ kind: 'connected', value: { socket: dialling, remote: to.address, leavesFrom: undefined } })
      dialling.on('error', () => undefined)
      dialling.destroy()
      ended({ kind: 'failed', failure: misbound })
    }
    dialling.once('connect', connected)
    dialling.once('error', failed)
    return dialling
  }
}

function misboundTo(socket: Socket, side: LocalSide): DialFailure | undefined {
  const bound = socket.localAddress ?? ''
  if (bound === side.text) return undefined
  const address = peerAddress(bound) // the same reader for the socket's own end: other spellings, a zone
  if (address.ok && address.value === side.address) return undefined
  return {
    kind: 'wrong-address',
    why: `the connection would have left by ${bound || 'no address'}, not by ${side.text}`,
  }
}
