/** HTTP/2 inside TLS: each stream is one CONNECT (RFC 9113 section 8.5). */
import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { IncomingHttpHeaders } from 'node:http2'
import { fault, type Result } from '../../values/result.ts'
import type { GatewayParts } from '../parts.ts'
import { codeOf } from '../relay/break-off.ts'
import type { Deadline } from '../relay/deadline-wheel.ts'
import { relay, type RelayParts } from '../relay/relay.ts'
import { connectHeaders, refusalReply } from '../replies.ts'
import { parseAuthority } from '../rules/destination/destination.ts'
import { decidePin } from '../rules/client/proxy-user.ts'
import { refusal, type Refusal } from '../rules/refusal.ts'
import { judgeVia } from '../rules/wire/via.ts'
import type { TunnelAsk } from '../tunnel.ts'
import type { Connection } from './connection.ts'
import { openResting, type Resting } from './resting.ts'

export type Http2Parts = RelayParts &
  Pick<GatewayParts, 'clients' | 'open' | 'refused' | 'draining' | 'log' | 'clock' | 'pseudonym'>

export type Http2 = {
  readonly serve: (connection: Connection) => void
  /** Tells every client to open no more streams here; those that are open run on. */
  readonly drain: () => void
}

/** What one client may cost. */
const limits = {
  settings: {
    maxConcurrentStreams: 256,
    /** Bytes that a client may send ahead on one tunnel; what waits for a slow destination is at most this. */
    initialWindowSize: 128 * 1024,
    maxHeaderListSize: 16 * 1024,
    enableConnectProtocol: false,
  },
  maxHeaderListPairs: 64,
  maxSessionMemory: 64, // megabytes
  maxSessionInvalidFrames: 64,
  maxSessionRejectedStreams: 64,
  maxSettings: 16,
  maxOutstandingPings: 4,
} as const

/** Of one connection that has not shown right ones yet, or has shown wrong ones since. */
const mostFailures = 10

/** Streams that a client has reset before they were answered, less those that it has not: each has cost a dial (CVE-2023-44487). The limit of
 *  nghttp2 lies above it and leaves the connection standing. */
const mostGivenUp = 512

/** Connections of one client that are open and carry no stream: each costs some 80 kB, and its `connections` count tunnels alone (L-73). One more,
 *  and the one that has rested longest is told to go. */
const mostResting = 256

type Session = {
  readonly parts: Http2Parts
  readonly connection: Connection
  readonly http2: ServerHttp2Session
  /** Until the first right credentials, and again while no stream is open. */
  readonly deadline: Deadline
  streams: number
  failures: number
  givenUp: number
  known: boolean
  /** Name of the client that asked last. */
  client: string
  readonly resting: Resting<Session>
}

export function openHttp2(parts: Http2Parts): Http2 {
  const sessions = new Set<ServerHttp2Session>()
  const resting = openResting<Session>(mostResting, sendAway)
  return {
    serve(connection) {
      const http2 = performServerHandshake(connection.socket, limits)
      const deadline = parts.wheel.deadline(() => http2.destroy())
      const counts = { streams: 0, failures: 0, givenUp: 0 }
      const session: Session = { parts, connection, http2, deadline, ...counts, known: false, client: '', resting }
      sessions.add(http2)
      // a session sees the end of its client in the close of a socket, which here is half-open
      connection.socket.once('end', () => http2.destroy())
      http2.on('error', () => undefined) // the client broke the protocol or is gone; the session is destroyed
      http2.on('stream', (stream, headers) => serveStream(session, stream, headers))
      http2.once('close', () => {
        sessions.delete(http2)
        resting.leaves(session)
        parts.wheel.clear(deadline)
      })
      parts.wheel.set(deadline, parts.deadlines().header)
    },
    drain() {
      for (const http2 of sessions) http2.close()
    },
  }
}

/** Without losing what the client asks at this moment. */
function sendAway({ parts, http2, deadline }: Session): void {
  http2.close()
  parts.wheel.set(deadline, parts.deadlines().header)
}

function serveStream(session: Session, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const { parts, http2, deadline } = session
  session.streams += 1
  session.resting.leaves(session)
  if (session.known) parts.wheel.clear(deadline)
  stream.on('error', () => undefined) // reset by the client, or by the relay
  stream.once('close', () => {
    session.streams -= 1
    session.givenUp = Math.max(0, session.givenUp + (stream.headersSent ? -1 : 1))
    if (session.givenUp > mostGivenUp && !http2.destroyed) {
      http2.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
      http2.destroy()
    } else if (session.streams === 0 && session.known) rest(session)
  })
  const asked = judge(session, headers)
  if (!asked.ok) return refuse(session, { stream, headers, refused: asked.fault })
  openTunnel(session, { stream, headers, ...asked.value }).catch((cause: unknown) => {
    parts.log.error('tunnel-failed', {
      code: codeOf(cause),
      cause: cause instanceof Error ? cause.stack : String(cause),
    })
    stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  })
}

function rest(session: Session): void {
  const { parts, http2, deadline, client, resting } = session
  const { header, idle } = parts.deadlines()
  parts.wheel.set(deadline, http2.closed ? header : idle)
  if (!http2.closed) resting.rests(session, client)
}

type Asked = Pick<TunnelAsk, 'client' | 'pin' | 'destination' | 'passed'>

function judge(session: Session, headers: IncomingHttpHeaders): Result<Asked, Refusal> {
  const { parts, connection } = session
  const judged = parts.clients.authenticateHeader(textOf(headers['proxy-authorization']), connection.from)
  if (!judged.ok) return judged
  settle(session, judged.value.client.name)
  if (parts.draining()) return fault(refusal('DRAINING'))
  if (headers[':method'] !== 'CONNECT') return fault(malformed('over HTTP/2 the gateway takes CONNECT alone'))
  const { client } = judged.value
  const pin = decidePin(client, judged.value.pin ?? textOf(headers['sallyport-egress']))
  if (!pin.ok) return pin
  const destination = parseAuthority(headers[':authority'] ?? '')
  if (!destination.ok) return fault(malformed(destination.fault))
  const via = textOf(headers.via)
  const passed = judgeVia(via === undefined ? [] : [via], parts.pseudonym)
  if (!passed.ok) return passed
  return { ok: true, value: { client, pin: pin.value, destination: destination.value, passed: passed.value } }
}

const malformed = (why: string): Refusal => refusal('REQUEST_MALFORMED', { why })

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined

/** The right credentials were shown. */
function settle(session: Session, client: string): void {
  session.failures = 0
  session.client = client
  if (session.known) return
  session.known = true
  session.parts.wheel.clear(session.deadline)
  session.connection.authenticated()
}

type Refused = { readonly stream: ServerHttp2Stream; readonly headers: IncomingHttpHeaders; readonly refused: Refusal }

function refuse(session: Session, { stream, headers, refused }: Refused): void {
  session.parts.refused(refused, { from: session.connection.from, over: 'http/2' })
  answer(session.parts, { stream, headers, refused })
  if (refused.code === 'DRAINING') return session.http2.close()
  if (refused.code !== 'CREDENTIALS_WRONG' && refused.code !== 'TOO_MANY_FAILURES') return
  session.failures += 1
  if (session.failures >= mostFailures) session.http2.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
  if (session.failures >= mostFailures) session.http2.close()
}

function answer(parts: Http2Parts, { stream, headers, refused }: Refused): void {
  if (stream.destroyed) return
  const { status, headers: fields, body } = refusalReply(refused, { now: parts.clock(), accept: headers.accept })
  stream.respond({ ':status': status, ...lowerCase(fields) })
  stream.end(body)
  stream.close(constants.NGHTTP2_NO_ERROR) // what the client still sends is not wanted (RFC 9113 section 8.1)
}

async function openTunnel(
  { parts, connection }: Session,
  ask: Asked & { readonly stream: ServerHttp2Stream; readonly headers: IncomingHttpHeaders },
): Promise<void> {
  const { stream, headers, client, pin, destination, passed } = ask
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  stream.once('close', leave)
  const opened = await parts.open({
    kind: 'connect',
    client,
    from: connection.from,
    destination,
    pin,
    passed,
    gone: gone.signal,
  })
  stream.off('close', leave)
  if (!opened.ok) return answer(parts, { stream, headers, refused: opened.fault })
  const { tunnel, dialled } = opened.value
  if (!stream.destroyed) stream.respond({ ':status': 200, ...lowerCase(connectHeaders(tunnel.ask, dialled)) })
  // RFC 9113 section 8.5: a reset on the far side is told by this code; the relay, which comes second, ends the stream
  dialled.socket.once('error', () => stream.close(constants.NGHTTP2_CONNECT_ERROR))
  relay(parts, { client: stream, early: nothing, tunnel, dialled })
}

const nothing = Buffer.alloc(0)

const lowerCase = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
