/** What the parts of the gateway hand to each other on the way of one tunnel or forwarded request. */
import type { Duplex } from 'node:stream'
import type { Address } from '../ip/address.ts'
import type { Result } from '../values/result.ts'
import type { Instant } from '../values/time.ts'
import type { EgressDeclaration } from './rules/egress/egress-set.ts'
import type { Destination } from './rules/destination/destination.ts'
import type { Refusal } from './rules/refusal.ts'

/** Who asks: a client of the configuration, authenticated. */
export type Client = {
  readonly name: string
  readonly username: string
  /** Under which admission is remembered (P-42): the client's label, else its name. */
  readonly label: string
  readonly mayPin: boolean
  /** Undefined: no limit by volume. */
  readonly plan: string | undefined
}

export type TunnelAsk = {
  readonly kind: 'connect' | 'forward' | 'socks5'
  readonly client: Client
  /** Of the client, the PROXY protocol of listed peers applied. */
  readonly from: Address
  readonly destination: Destination
  /** Name of the one egress that the client wants; such a dial never fails over. */
  readonly pin: string | undefined
  /** The proxies that it has come through, as `Via` names them; undefined for none, and over SOCKS5, which cannot tell. */
  readonly passed?: string | undefined
  /** Aborted when the client has gone before it was answered. */
  readonly gone: AbortSignal
  /** When it is to be over, as was asked and granted (P-21): milliseconds from the reading of the request, and that instant of the wheel. */
  readonly agreed?: { readonly within: number; readonly at: number } | undefined
}

/** A connection that has been made, and has not carried a byte. */
export type Dialled = {
  /** A net.Socket, or a TLS socket over one where an https proxy is in between; its own errors are the relay's to handle from now on. */
  readonly socket: Duplex
  readonly egress: string
  /** As it was when it was dialled, for who would use the connection again: an egress that is declared anew has another one. */
  readonly declaration?: EgressDeclaration
  /** The address that the tunnel leaves from: of a local egress its public address, of a `via` the declared one; undefined where none is declared. */
  readonly address: string | undefined
  /** False: declared by the configuration, nobody here can see it (P-41). */
  readonly observed: boolean
  /** What was dialled; undefined where the proxy in between resolves (P-43). */
  readonly remote: Address | undefined
  readonly dialMs: number
}

/** A tunnel on record, from the permission to the last byte. `up` is what the client sent; both count payload bytes. */
export type LiveTunnel = {
  readonly id: string
  readonly ask: TunnelAsk
  readonly openedAt: Instant
  /** Set once dialled. */
  dialled: Dialled | undefined
  up: number
  down: number
  /** Called by whoever cuts it from outside: a hard quota, a drain that is over. The relay sets it. */
  cut: ((why: CutReason) => void) | undefined
  /** Of a connection for forwarded requests: ends it if none is under way, so that a drain does not wait for the client's next one. */
  endIfIdle?: (() => void) | undefined
}

/** Why a tunnel ended otherwise than by its two ends. */
export type CutReason =
  | 'plan-exhausted'
  | 'agreed-end'
  | 'drain-deadline'
  | 'idle'
  | 'half-close-deadline'
  | 'total-deadline'
  | 'egress-removed'

/** How it ended, for its one record. */
export type TunnelEnd =
  | { readonly kind: 'closed' }
  | { readonly kind: 'cut'; readonly why: CutReason }
  | { readonly kind: 'broken'; readonly side: 'client' | 'destination'; readonly code: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export type Opened = Result<{ readonly tunnel: LiveTunnel; readonly dialled: Dialled }, Refusal>
