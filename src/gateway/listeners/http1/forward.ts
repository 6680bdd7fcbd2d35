/** A request for an http:// URL: from its head to a connection that it may go out on. */
import { formatDestination } from '../../rules/destination/destination.ts'
import { maxForwards, type ForwardTarget } from '../../rules/wire/fields.ts'
import type { RequestHead } from '../../rules/wire/request-head.ts'
import { exchange } from './exchange.ts'
import { open, type Asker } from './opening.ts'
import { closeWith } from './refuse.ts'
import type { Session } from './session.ts'
import { dropKept, isReusable, openUpstream } from './upstream.ts'

export function forward(session: Session, request: { head: RequestHead; target: ForwardTarget; asker: Asker }): void {
  const { head, asker } = request
  const target = targetOf(session, request.target)
  if (head.method === 'OPTIONS' && maxForwards(head) === 0) return closeWith(session, ownOptions)
  const { destination } = target
  const key = `${formatDestination(destination)} ${asker.client.name} ${asker.pin ?? ''}`
  const { kept, parts } = session
  const reusable = kept !== undefined && isReusable(kept, { key, method: head.method }, parts.wheel.now())
  if (reusable && parts.mayReuse({ ...asker, destination }, kept.tunnel)) {
    session.kept = undefined
    return exchange(session, { head, target, upstream: kept })
  }
  dropKept(session)
  open(session, { head, ask: { kind: 'forward', ...asker, destination } }, (opened) =>
    exchange(session, { head, target, upstream: openUpstream(parts, key, opened) }),
  )
}

/** An echo outside is asked by its own name for its own page. */
function targetOf({ parts }: Session, target: ForwardTarget): ForwardTarget {
  const echo = parts.reach.asksFor(target.destination)
  return echo === undefined ? target : { ...target, host: echo.host, path: echo.path }
}

/** RFC 9110 section 7.6.2: at zero the proxy is the one that was asked. */
const ownOptions =
  'HTTP/1.1 204 No Content\r\nAllow: CONNECT, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\nConnection: close\r\n\r\n'
