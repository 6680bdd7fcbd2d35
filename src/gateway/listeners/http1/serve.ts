/** HTTP/1.1 to the gateway: one request after the other is read, judged, and handed to CONNECT or to forwarding. */
import { valuesOf } from '../../rules/wire/field-syntax.ts'
import { decidePin } from '../../rules/client/proxy-user.ts'
import { refusal, type Refusal } from '../../rules/refusal.ts'
import { judgeVia } from '../../rules/wire/via.ts'
import { requestLimits, type RequestHead } from '../../rules/wire/request-head.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import type { Connection } from '../connection.ts'
import { openResting } from '../resting.ts'
import { connect } from './connect.ts'
import { forward } from './forward.ts'
import type { Http1Parts } from './http1-parts.ts'
import { openKnownHeads } from './known-heads.ts'
import type { Asker } from './opening.ts'
import { closeWith, turnAway } from './refuse.ts'
import { openSession, comeToRest, takeUnread, type Receiver, type Session } from './session.ts'
import { dropKept } from './upstream.ts'

/** What it returns takes a connection over for good. */
export function openHttp1(parts: Http1Parts): (connection: Connection) => void {
  const known = openKnownHeads()
  const resting = openResting<Session>(mostResting, sendAway)
  return (connection) => next(openSession(parts, connection, { receiver: reading, next, readHead: known, resting }))
}

/** Connections of one client that wait for a further request, or for its last bytes to be taken: its `connections` count what is dialled alone, and
 *  it could take every descriptor by such ones (L-73). */
const mostResting = 1024

function sendAway(session: Session): void {
  dropKept(session)
  session.connection.socket.destroy()
}

/** The deadline runs to the whole head, however slowly it comes (G-19). */
function next(session: Session): void {
  const { parts, connection } = session
  session.receiver = reading
  session.scanned = 0
  parts.wheel.set(session.deadline, parts.deadlines().header)
  comeToRest(session)
  connection.socket.resume()
  readHead(session)
}

const reading: Receiver = {
  data: readHead,
  end: clientEnded,
  drain: () => undefined,
  close(session) {
    session.parts.wheel.clear(session.deadline)
    dropKept(session)
  },
  deadline: headTimedOut,
}

function readHead(session: Session): void {
  const { unread, scanned } = session
  session.scanned = unread.length
  if (unread.length <= requestLimits.bytes && unread.indexOf(10, scanned) < 0) {
    if (session.clientEnded) clientEnded(session)
    return
  }
  const read = session.readHead(unread)
  switch (read.kind) {
    case 'more':
      if (session.clientEnded) clientEnded(session)
      return
    case 'refused':
      return turnAway(session, read.refusal)
    case 'head':
      session.unread = takeUnread(session).subarray(read.end)
      return take(session, read.head)
  }
}

function clientEnded(session: Session): void {
  if (session.unread.length > 0)
    return turnAway(session, refusal('REQUEST_MALFORMED', { why: 'it ends within its header' }))
  dropKept(session)
  session.connection.socket.end()
}

/** A connection that waits for a further request is closed without a word, once its client has taken the response before. */
function headTimedOut(session: Session): void {
  if (session.requests > 0 && session.unread.length === 0) {
    if (session.connection.socket.writableLength > 0) return closeWith(session, '')
    dropKept(session)
    return void session.connection.socket.destroy()
  }
  turnAway(session, refusal('HEADER_TIMED_OUT', { after: session.parts.deadlines().header }))
}

function take(session: Session, head: RequestHead): void {
  const { parts, connection } = session
  parts.wheel.clear(session.deadline)
  session.requests += 1
  session.resting.leaves(session)
  const asker = judge(session, head)
  if (!asker.ok) return turnAway(session, asker.fault, head)
  connection.authenticated()
  session.client = asker.value.client.name
  const { target } = head
  if (target.kind === 'connect') return connect(session, { head, target, asker: asker.value })
  forward(session, { head, target, asker: asker.value })
}

/** Who asks, or why nobody may. */
function judge({ parts, connection }: Session, head: RequestHead): Result<Asker, Refusal> {
  if (parts.draining()) return fault(refusal('DRAINING'))
  const via = judgeVia(valuesOf(head.fields, 'via'), parts.pseudonym)
  if (!via.ok) return via
  const passed = via.value
  const proofs = valuesOf(head.fields, 'proxy-authorization')
  const known = parts.clients.authenticateHeader(proofs.length === 1 ? proofs[0] : undefined, connection.from)
  if (!known.ok) return known
  const { client } = known.value
  if (known.value.pin !== undefined) return ok({ client, pin: known.value.pin, passed })
  const pin = decidePin(client, valuesOf(head.fields, 'sallyport-egress')[0])
  return pin.ok ? ok({ client, pin: pin.value, passed }) : pin
}
