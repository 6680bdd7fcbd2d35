/** Carries a tunnel: bytes both ways and nothing else, until both ends have closed or a deadline has passed. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { GatewayParts } from '../parts.ts'
import type { CutReason, Dialled, LiveTunnel, TunnelEnd } from '../tunnel.ts'
import { breakOff, codeOf, endLast } from './break-off.ts'
import type { Deadline } from './deadline-wheel.ts'
import { LendingSocket } from './lending-socket.ts'

export type RelayParts = Pick<GatewayParts, 'wheel' | 'deadlines' | 'ended'>

export type Ends = {
  /** Whose own listeners are gone; the yes to its CONNECT is written already. */
  readonly client: Duplex
  /** What the client has sent behind its request: the first bytes of the tunnel. */
  readonly early: Buffer
  readonly tunnel: LiveTunnel
  readonly dialled: Dialled
}

/** Takes both sockets over for good. Each side is read only as fast as the other takes, so that what waits is bounded by the sockets' own buffers;
 *  an end of one side is handed on as such, and the other may go on sending (G-05, L-75); a break of one side breaks the other. `parts.ended` is
 *  called once, when both are closed. */
export function relay(parts: RelayParts, { client, early, tunnel, dialled }: Ends): void {
  const far = dialled.socket
  const relayed: Relayed = {
    parts,
    tunnel,
    client,
    far,
    deadline: parts.wheel.deadline(() => judgeDeadline(relayed)),
    openedAt: parts.wheel.now(),
    activeAt: parts.wheel.now(),
    halfClosed: false,
    inOrder: false,
    keptAlive: false,
    open: 2,
    end: undefined,
  }
  tunnel.cut = (why) => cut(relayed, why)
  parts.wheel.set(relayed.deadline, untilNextLook(relayed))
  const up: Way = { relayed, from: client, to: far, counts: 'up', side: 'client', waits: false }
  const down: Way = { relayed, from: far, to: client, counts: 'down', side: 'destination', waits: false }
  attach(down)
  attach(up)
  if (early.length > 0) carry(up, early)
  if (client.readableEnded) ended(up)
  if (!up.waits) client.resume()
  far.resume()
}

type Relayed = {
  readonly parts: RelayParts
  readonly tunnel: LiveTunnel
  readonly client: Duplex
  readonly far: Duplex
  readonly deadline: Deadline
  /** Milliseconds of the wheel. */
  readonly openedAt: number
  activeAt: number
  halfClosed: boolean
  /** Both sides have ended. */
  inOrder: boolean
  /** Whether the system asks the other sides now and then if they are still there. */
  keptAlive: boolean
  /** How many of the two are not closed. */
  open: number
  /** Why it ended; undefined while it runs, and when both sides end it in order. */
  end: TunnelEnd | undefined
}

type Way = {
  readonly relayed: Relayed
  readonly from: Duplex
  readonly to: Duplex
  readonly counts: 'up' | 'down'
  /** Who sends here. */
  readonly side: 'client' | 'destination'
  /** Whether `to` has ever been slower; only then is it listened to. */
  waits: boolean
}

function attach(way: Way): void {
  const { from } = way
  from.on('data', (chunk: Buffer) => void carry(way, chunk))
  if (from instanceof LendingSocket) from.borrower = (chunk, written) => carry(way, chunk, written)
  from.on('end', () => ended(way))
  from.on('error', (error) => broken(way, codeOf(error)))
  if (from.closed) return closed(way)
  from.on('close', () => closed(way))
}

/** True: the other side has taken it over already. */
function carry(way: Way, chunk: Buffer, written?: () => void): boolean {
  const { relayed, from, to } = way
  relayed.activeAt = relayed.parts.wheel.now()
  relayed.tunnel[way.counts] += chunk.length
  const goesOn = to.write(chunk, written)
  if (!goesOn) waitForRoom(way)
  else if (readsMuch(from)) {
    from.pause()
    goOn(way)
  }
  return to.writableLength === 0
}

function waitForRoom(way: Way): void {
  way.from.pause()
  if (way.waits) return
  way.waits = true
  way.to.on('drain', () => goOn(way))
}

/** Not before the loop's next turn where this one has carried much. */
function goOn({ from }: Way): void {
  if (readsMuch(from)) setImmediate(() => from.resume())
  else from.resume()
}

const readsMuch = (from: Duplex): boolean => from instanceof LendingSocket && from.hasLentMuch

/** Its sender has nothing more to send; the other way stays open, and has the half-close deadline for every piece that it still carries. */
function ended({ relayed, to }: Way): void {
  if (relayed.halfClosed) {
    relayed.inOrder = true
    return endLast(to)
  }
  to.end()
  relayed.halfClosed = true
  relayed.activeAt = relayed.parts.wheel.now()
  relayed.parts.wheel.set(relayed.deadline, untilNextLook(relayed))
}

function broken({ relayed, to, side }: Way, code: string): void {
  relayed.end ??= { kind: 'broken', side, code }
  breakOff(to)
}

function closed({ relayed, from, to, side }: Way): void {
  relayed.open -= 1
  if (relayed.open > 0) {
    // a stream of HTTP/2 that is reset ends both of its own halves, but not the other side
    if (relayed.inOrder && from.errored === null && from.writableLength === 0) return
    relayed.end ??= { kind: 'broken', side, code: from.errored === null ? 'CLOSED' : codeOf(from.errored) }
    return breakOff(to)
  }
  relayed.parts.wheel.clear(relayed.deadline)
  relayed.tunnel.cut = undefined
  relayed.parts.ended(relayed.tunnel, relayed.end ?? { kind: 'closed' })
}

function cut(relayed: Relayed, why: CutReason): void {
  relayed.end ??= { kind: 'cut', why }
  breakOff(relayed.client)
  breakOff(relayed.far)
}

function judgeDeadline(relayed: Relayed): void {
  const { parts, openedAt, activeAt, halfClosed } = relayed
  const { total, idle, halfClose } = parts.deadlines()
  const now = parts.wheel.now()
  if (total !== undefined && now - openedAt >= total) return cut(relayed, 'total-deadline')
  const { agreed } = relayed.tunnel.ask
  if (agreed !== undefined && now >= agreed.at) return cut(relayed, 'agreed-end')
  if (halfClosed && now - activeAt >= halfClose) return cut(relayed, 'half-close-deadline')
  if (!halfClosed && now - activeAt >= idle) return cut(relayed, 'idle')
  if (!relayed.keptAlive && now - openedAt >= young) keepAlive(relayed)
  parts.wheel.set(relayed.deadline, untilNextLook(relayed))
}

/** Nothing is moved when bytes come: the deadline looks when it could have passed, and lies down again. */
function untilNextLook({ parts, tunnel, openedAt, activeAt, halfClosed, keptAlive }: Relayed): number {
  const { total, idle, halfClose } = parts.deadlines()
  const now = parts.wheel.now()
  const quiet = activeAt + (halfClosed ? halfClose : idle) - now
  let look = total === undefined ? quiet : Math.min(quiet, openedAt + total - now)
  if (tunnel.ask.agreed !== undefined) look = Math.min(look, Math.max(0, tunnel.ask.agreed.at - now))
  return keptAlive ? look : Math.min(look, Math.max(0, openedAt + young - now))
}

/** Both ways lead through NAT gateways that forget a quiet connection after 350 s. Most tunnels are over before the first sign would be due, and
 *  are spared the system calls. */
function keepAlive(relayed: Relayed): void {
  relayed.keptAlive = true
  for (const socket of [relayed.client, relayed.far]) if (socket instanceof Socket) socket.setKeepAlive(true, signEvery)
}

const young = 60_000 // ms
const signEvery = 120_000 // ms of silence
