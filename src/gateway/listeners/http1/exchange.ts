/** One forwarded request and its response. The request goes out once and is never sent again (P-40, SF-279); a response that is cut short reaches
 *  the client as one that is cut short. */
import { breakOff } from '../../relay/break-off.ts'
import { formatDestination } from '../../rules/destination/destination.ts'
import { writeRequestHead, writeResponseHead, type ForwardTarget } from '../../rules/wire/fields.ts'
import { refusal, type ReasonCode, type Saw } from '../../rules/refusal.ts'
import type { RequestHead } from '../../rules/wire/request-head.ts'
import { readResponseHead, type ResponseHead } from '../../rules/wire/response-head.ts'
import { openFlow, passBody, type BodyFlow } from './body-flow.ts'
import { closeWith, refuse } from './refuse.ts'
import type { CutReason } from '../../tunnel.ts'
import { comeToRest, nothing, takeUnread, type Receiver, type Session } from './session.ts'
import { breakUpstream, dropUpstream, write, type Upstream, type UpstreamUser } from './upstream.ts'

type Exchange = {
  readonly session: Session
  readonly upstream: Upstream
  readonly head: RequestHead
  readonly request: BodyFlow
  /** Of the response, before its head is whole. */
  held: Buffer
  interims: number
  response: { readonly head: ResponseHead; readonly flow: BodyFlow; readonly clientPersists: boolean } | undefined
  /** Milliseconds of the wheel. */
  activeAt: number
  over: boolean
}

export function exchange(
  session: Session,
  { head, target, upstream }: { head: RequestHead; target: ForwardTarget; upstream: Upstream },
): void {
  const { wheel, pseudonym } = session.parts
  const running: Exchange = {
    session,
    upstream,
    head,
    request: openFlow(head.body, { chunksPass: true }),
    held: nothing,
    interims: 0,
    response: undefined,
    activeAt: wheel.now(),
    over: false,
  }
  if (session.connection.socket.destroyed) return dropUpstream(upstream)
  if (upstream.socket.destroyed) return fail(running, 'CONNECTION_CUT')
  session.receiver = receiverOf(running)
  upstream.user = userOf(running)
  setDeadline(running)
  upstream.socket.cork()
  write(upstream, writeRequestHead(head, target, pseudonym))
  sendBody(running)
  upstream.socket.uncork()
  if (session.clientEnded) clientEnded(running)
}

const receiverOf = (running: Exchange): Receiver => ({
  data: () => sendBody(running),
  end: () => clientEnded(running),
  drain: () => void running.upstream.socket.resume(),
  close: () => clientGone(running),
  deadline: () => judgeDeadline(running),
})

const userOf = (running: Exchange): UpstreamUser => ({
  data: (chunk) => receive(running, chunk),
  end: () => upstreamEnded(running),
  drain: () => void running.session.connection.socket.resume(),
  broken: () => cutShort(running),
  cut: (why) => fail(running, cutCode(why)),
})

/** What belongs to the body goes on; what is behind it is the next request, and waits. */
function sendBody(running: Exchange): void {
  const { session, request, upstream } = running
  if (request.done || session.unread.length === 0) return
  const { socket } = session.connection
  const piece = takeUnread(session)
  const passed = passBody(request, piece, upstream.socket)
  if (passed.kind === 'fault') return fail(running, 'REQUEST_MALFORMED', { why: passed.why })
  running.activeAt = session.parts.wheel.now()
  upstream.tunnel.up += passed.read
  session.unread = piece.subarray(passed.read)
  if (passed.flowing) socket.resume()
  else socket.pause()
}

function receive(running: Exchange, chunk: Buffer): void {
  if (running.response !== undefined) return passResponse(running, chunk)
  const scanned = running.held.length
  running.held = scanned === 0 ? chunk : Buffer.concat([running.held, chunk])
  if (chunk.includes(10) || running.held.length > mostHeld) readHeads(running)
}

const mostHeld = 65_536
const mostInterims = 64 // nobody waits for the client to take them

/** Interim responses and the final one, as far as they have come. */
function readHeads(running: Exchange): void {
  const { session, head } = running
  while (running.held.length > 0) {
    const read = readResponseHead(running.held, head.method)
    if (read.kind === 'more') return
    if (read.kind === 'fault') return fail(running, 'RESPONSE_MALFORMED', { why: read.why })
    running.held = running.held.subarray(read.end)
    if (read.kind === 'final') return answer(running, read.head)
    running.interims += 1
    if (running.interims > mostInterims) return fail(running, 'RESPONSE_MALFORMED', { why: 'it is interim for ever' })
    if (head.minor === 1) session.connection.socket.write(interim(running, read.head), 'latin1')
  }
}

const interim = ({ session }: Exchange, head: ResponseHead): string =>
  writeResponseHead(head, { pseudonym: session.parts.pseudonym, persistent: true, body: { kind: 'none' } })

function answer(running: Exchange, head: ResponseHead): void {
  const { session, request } = running
  const { socket } = session.connection
  const chunksPass = running.head.minor === 1
  const body = head.body.kind === 'chunked' && !chunksPass ? ({ kind: 'until-close' } as const) : head.body
  // a client that is answered before it has sent all may never send the rest
  const clientPersists =
    running.head.persistent && request.done && body.kind !== 'until-close' && !session.parts.draining()
  const flow = openFlow(head.body, { chunksPass })
  running.response = { head, flow, clientPersists }
  running.activeAt = session.parts.wheel.now()
  setDeadline(running)
  const rest = running.held
  running.held = nothing
  socket.cork()
  socket.write(
    writeResponseHead(head, { pseudonym: session.parts.pseudonym, persistent: clientPersists, body }),
    'latin1',
  )
  passResponse(running, rest)
  socket.uncork()
}

function passResponse(running: Exchange, piece: Buffer): void {
  const { session, upstream, response } = running
  if (response === undefined) return
  running.activeAt = session.parts.wheel.now()
  const passed = passBody(response.flow, piece, session.connection.socket)
  if (passed.kind === 'fault') return fail(running, 'RESPONSE_MALFORMED', { why: passed.why })
  if (response.flow.done) return finish(running, { excess: passed.read < piece.length })
  if (!passed.flowing) upstream.socket.pause()
}

/** The response is whole. */
function finish(running: Exchange, { excess }: { excess: boolean }): void {
  const { session, upstream, request, response } = running
  running.over = true
  upstream.user = undefined
  upstream.socket.resume()
  // bytes that nobody has asked for would be taken for the next response
  if (response?.head.persistent === true && request.done && !excess) keep(session, upstream)
  else if (request.done) dropUpstream(upstream)
  else breakUpstream(upstream, { kind: 'closed' })
  if (response?.clientPersists === true) return session.next(session)
  closeWith(session, '')
  comeToRest(session)
}

function keep(session: Session, upstream: Upstream): void {
  upstream.idleSince = session.parts.wheel.now()
  session.kept = upstream
}

function upstreamEnded(running: Exchange): void {
  const { response, held } = running
  if (response === undefined) return fail(running, held.length === 0 ? 'CONNECTION_CUT' : 'RESPONSE_INCOMPLETE')
  if (response.flow.kind !== 'until-close') return cutShort(running)
  response.flow.done = true
  finish(running, { excess: false })
}

/** Whatever was promised will not come. */
function cutShort(running: Exchange): void {
  fail(running, running.held.length === 0 ? 'CONNECTION_CUT' : 'RESPONSE_INCOMPLETE')
}

/** A forwarded request has deadlines of its own, and is cut for these three reasons alone. */
function cutCode(why: CutReason): ReasonCode {
  switch (why) {
    case 'plan-exhausted':
      return 'CUT_BY_PLAN'
    case 'drain-deadline':
      return 'CUT_BY_DRAIN'
    case 'egress-removed':
      return 'CUT_BY_REMOVAL'
    case 'idle':
    case 'agreed-end':
    case 'half-close-deadline':
    case 'total-deadline':
      return 'CONNECTION_CUT'
  }
}

function clientEnded(running: Exchange): void {
  if (!running.request.done) fail(running, 'REQUEST_MALFORMED', { why: 'its body ends before it is whole' })
}

function clientGone({ session, upstream }: Exchange): void {
  session.parts.wheel.clear(session.deadline)
  breakUpstream(upstream, { kind: 'broken', side: 'client', code: 'CLOSED' })
}

/** The exchange is over without a whole response: the client is told, if nothing has been told yet, and else cut off. */
function fail(running: Exchange, code: ReasonCode, saw: Saw = {}): void {
  const { session, upstream, response, head } = running
  if (running.over) return
  running.over = true
  const side = code === 'REQUEST_MALFORMED' || code === 'BODY_TIMED_OUT' ? 'client' : 'destination'
  breakUpstream(upstream, { kind: 'broken', side, code })
  if (response === undefined) {
    const { ask, dialled } = upstream.tunnel
    const known = { destination: formatDestination(ask.destination), client: ask.client.name, plan: ask.client.plan }
    return refuse(session, refusal(code, { ...known, egress: dialled?.egress, ...saw }), head)
  }
  breakOff(session.connection.socket)
}

function setDeadline(running: Exchange): void {
  const { session } = running
  session.parts.wheel.set(session.deadline, limitOf(running) + running.activeAt - session.parts.wheel.now())
}

/** To the head of the response, from the last piece of the request; then between two pieces of it. */
function limitOf({ session, response }: Exchange): number {
  const { response: toResponse, idle } = session.parts.deadlines()
  return response === undefined ? toResponse : idle
}

function judgeDeadline(running: Exchange): void {
  const { session, request, upstream } = running
  const limit = limitOf(running)
  if (session.parts.wheel.now() - running.activeAt < limit) return setDeadline(running)
  const clientStopped = !request.done && !upstream.socket.writableNeedDrain
  fail(running, clientStopped ? 'BODY_TIMED_OUT' : 'RESPONSE_TIMED_OUT', { after: limit })
}
