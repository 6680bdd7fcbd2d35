/** One connection of a client that speaks HTTP/1.1: what has come and is not read yet, and whose turn it is to read. */
import type { Deadline } from '../../relay/deadline-wheel.ts'
import type { Connection } from '../connection.ts'
import type { Resting } from '../resting.ts'
import type { Http1Parts } from './http1-parts.ts'
import type { ReadHead } from './known-heads.ts'
import type { Upstream } from './upstream.ts'

/** Whose turn it is. What it does not take waits in `unread` for the next. */
export type Receiver = {
  /** Something has come; it is in `unread`. */
  readonly data: (session: Session) => void
  /** The client has nothing more to send. */
  readonly end: (session: Session) => void
  /** The client takes more. */
  readonly drain: (session: Session) => void
  /** The connection is closed, by whichever side. */
  readonly close: (session: Session) => void
  readonly deadline: (session: Session) => void
}

export type Session = {
  readonly parts: Http1Parts
  readonly connection: Connection
  readonly deadline: Deadline
  /** Reads the next request. */
  readonly next: (session: Session) => void
  readonly readHead: ReadHead
  readonly listeners: Listeners
  readonly resting: Resting<Session>
  /** Name of the client that asked last; empty before. */
  client: string
  receiver: Receiver
  unread: Buffer
  /** How much of `unread` is known to complete no line. */
  scanned: number
  clientEnded: boolean
  /** Heads that have come. */
  requests: number
  /** The one connection to a destination that waits for the client's next request (L-80). */
  kept: Upstream | undefined
}

type Listeners = {
  readonly data: (chunk: Buffer) => void
  readonly end: () => void
  readonly drain: () => void
  readonly close: () => void
}

export function openSession(
  parts: Http1Parts,
  connection: Connection,
  first: Pick<Session, 'receiver' | 'next' | 'readHead' | 'resting'>,
): Session {
  const session: Session = {
    ...first,
    parts,
    connection,
    deadline: parts.wheel.deadline(() => session.receiver.deadline(session)),
    listeners: {
      data(chunk) {
        append(session, chunk)
        session.receiver.data(session)
      },
      end() {
        session.clientEnded = true
        session.receiver.end(session)
      },
      drain: () => session.receiver.drain(session),
      close() {
        session.resting.leaves(session)
        session.receiver.close(session)
      },
    },
    client: '',
    unread: connection.head,
    scanned: 0,
    clientEnded: false,
    requests: 0,
    kept: undefined,
  }
  const { data, end, drain, close } = session.listeners
  connection.socket.on('data', data).on('end', end).on('drain', drain).on('close', close)
  return session
}

/** It carries nothing from now on, though it is open; one too many of its client goes. */
export function comeToRest(session: Session): void {
  if (session.client !== '' && !session.connection.socket.destroyed) session.resting.rests(session, session.client)
}

/** The socket is somebody else's from now on, with what has come and nobody has read. */
export function leaveSession(session: Session): Buffer {
  const { data, end, drain, close } = session.listeners
  session.connection.socket.off('data', data).off('end', end).off('drain', drain).off('close', close)
  session.parts.wheel.clear(session.deadline)
  return takeUnread(session)
}

export function takeUnread(session: Session): Buffer {
  const { unread } = session
  session.unread = nothing
  session.scanned = 0
  return unread
}

export const nothing: Buffer = Buffer.alloc(0)

/** What a client may send ahead while nobody reads it: early bytes of a tunnel (P-44), further requests. One piece more may come. */
const mostUnread = 65_536

function append(session: Session, chunk: Buffer): void {
  session.unread = session.unread.length === 0 ? chunk : Buffer.concat([session.unread, chunk])
  if (session.unread.length > mostUnread) session.connection.socket.pause()
}
