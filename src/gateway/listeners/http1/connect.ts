/** CONNECT: from the request to a tunnel. */
import { connectReply } from '../../replies.ts'
import { relay } from '../../relay/relay.ts'
import { agreedEnd, earlyBy } from '../../rules/client/agreed-end.ts'
import { valuesOf } from '../../rules/wire/field-syntax.ts'
import type { RequestHead } from '../../rules/wire/request-head.ts'
import type { Target } from '../../rules/wire/request-target.ts'
import { open, type Asker, type Opened } from './opening.ts'
import { leaveSession, type Session } from './session.ts'
import { dropKept } from './upstream.ts'

/** Early bytes wait for the yes (P-44); after a no they are dropped with the connection (G-04). */
export function connect(session: Session, request: { head: RequestHead; target: Target; asker: Asker }): void {
  const { head, target, asker } = request
  const { destination } = target
  dropKept(session)
  const within = agreedEnd(valuesOf(head.fields, 'sallyport-tunnel-ends'))
  const agreed = within === undefined ? undefined : { within, at: session.parts.wheel.now() + within - earlyBy }
  open(session, { head, ask: { kind: 'connect', ...asker, destination, agreed } }, (opened) => enter(session, opened))
}

/** The socket carries the tunnel from now on, and is never parsed again (G-20, L-76). */
function enter(session: Session, { tunnel, dialled }: Opened): void {
  const client = session.connection.socket
  if (!client.destroyed) client.write(connectReply(tunnel.ask, dialled), 'latin1')
  relay(session.parts, { client, early: leaveSession(session), tunnel, dialled })
}
