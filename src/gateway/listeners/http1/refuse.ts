/** The last reply of a connection, and its end. */
import { closingReply, refusalReply } from '../../replies.ts'
import { valuesOf } from '../../rules/wire/field-syntax.ts'
import type { Refusal } from '../../rules/refusal.ts'
import type { RequestHead } from '../../rules/wire/request-head.ts'
import { takeUnread, type Receiver, type Session } from './session.ts'
import { dropKept } from './upstream.ts'

/** Says no and closes: whatever the client has sent behind the request is never read as another one (G-04, RFC 9931). */
export function refuse(session: Session, why: Refusal, head?: RequestHead): void {
  const accept = head === undefined ? undefined : valuesOf(head.fields, 'accept').join(',')
  const reply = refusalReply(why, { now: session.parts.clock(), accept })
  closeWith(session, closingReply(reply, { method: head?.method }))
}

/** As `refuse`, for what is refused before there is anything to open: nobody else has counted or recorded it. */
export function turnAway(session: Session, why: Refusal, head?: RequestHead): void {
  session.parts.refused(why, { from: session.connection.from, over: 'http/1.1' })
  refuse(session, why, head)
}

/** Sends this and ends. The client may still be sending: a socket that is closed with something unread resets the connection, and the reply
 *  would be lost with it (RFC 9112 section 9.6). So what comes is dropped, for some time and up to some size. */
export function closeWith(session: Session, text: string): void {
  const { socket } = session.connection
  dropKept(session)
  takeUnread(session)
  session.receiver = lingering({ dropped: 0, unsent: 0, stuckFor: 0 })
  session.parts.wheel.set(session.deadline, lingerMs(session))
  socket.end(text, 'latin1')
  socket.resume()
}

type Linger = {
  /** Bytes that came. */
  dropped: number
  /** Bytes that the client had not taken when it was looked at last, and for how many milliseconds it has taken none. */
  unsent: number
  stuckFor: number
}

const lingering = (linger: Linger): Receiver => ({
  data(session) {
    linger.dropped += takeUnread(session).length
    if (linger.dropped > mostDropped) session.connection.socket.destroy()
  },
  end: () => undefined, // both have ended: the socket closes by itself once the reply is sent
  drain: () => undefined,
  close: ({ parts, deadline }) => parts.wheel.clear(deadline),
  deadline: (session) => lingerOn(session, linger),
})

/** A slow client has the whole of its response, however long that takes; one that takes nothing has the idle deadline. */
function lingerOn(session: Session, linger: Linger): void {
  const { parts, connection, deadline } = session
  const { writableLength } = connection.socket
  const taken = linger.unsent === 0 || writableLength < linger.unsent
  linger.stuckFor = taken ? 0 : linger.stuckFor + lingerMs(session)
  linger.unsent = writableLength
  if (writableLength === 0 || linger.stuckFor >= parts.deadlines().idle) return void connection.socket.destroy()
  parts.wheel.set(deadline, lingerMs(session))
}

const lingerMs = ({ parts }: Session): number => Math.min(longestLinger, parts.deadlines().header)
const longestLinger = 2000
const mostDropped = 4_194_304 // bytes; who goes on after that has not looked for a reply
