/** What a login has brought becomes a connection, or the next family of one that is there: tokens, ticket and login in one transaction. */
import { one, run, storeNow, type Program } from '../../storage/program.ts'
import { countApprovals, type Approvals } from './approvals.ts'
import type { StaleGeneration } from './attempts.ts'
import { closeAuthorization, findAuthorization } from './authorizations.ts'
import { createConnection, replaceToken } from './connections.ts'
import type { CreateConnection, Replaced, ReplaceToken } from './connections.ts'
import { recordEvents } from './events.ts'
import { findTicket, spendTicket } from './tickets.ts'

export type AdoptGrant = {
  /** Of the login. */
  readonly number: number
  readonly into:
    | { readonly kind: 'new'; readonly plan: CreateConnection }
    | { readonly kind: 'another'; readonly plan: ReplaceToken }
  /** From how many approvals of one user and app on it is told (SF-314). */
  readonly warnAt: number
}

export type AdoptGrantOutcome =
  | {
      readonly kind: 'adopted'
      readonly generation: number
      readonly approvals: Approvals
      readonly replaced: Replaced | undefined
    }
  /** Somebody else has dealt with it, or gave it up. */
  | { readonly kind: 'over' }
  /** Another login by the same link was quicker, or the link was revoked meanwhile. */
  | { readonly kind: 'ticket-over' }
  /** The connection is another one than when it was read: read it again. */
  | { readonly kind: 'exists' }
  | StaleGeneration
  | { readonly kind: 'unknown' | 'unknown-app' }

export function* adoptGrant({ number, into, warnAt }: AdoptGrant): Program<AdoptGrantOutcome> {
  const login = yield* findAuthorization(number)
  if (login === undefined || login.closedAt !== null) return { kind: 'over' }
  const ticket = login.ticketHash === null ? undefined : yield* findTicket(login.ticketHash)
  // one that has run out since the login was begun still counts: the person has done what was asked
  if (login.ticketHash !== null && ticket?.state !== 'good' && ticket?.state !== 'expired')
    return { kind: 'ticket-over' }
  const { key } = into.plan
  const done = into.kind === 'new' ? yield* createConnection(into.plan) : yield* replaceToken(into.plan)
  if (done.kind === 'exists') return { kind: 'exists' }
  if (done.kind !== 'created' && done.kind !== 'replaced') return done
  yield* run(
    'UPDATE connections SET last_exchange_at = ?, last_egress = coalesce(?, last_egress) WHERE tenant = ? AND id = ?',
    ...[yield* storeNow(), login.leftFrom, key.tenant, key.id],
  )
  if (login.ticketHash !== null) yield* spendTicket(login.ticketHash)
  yield* closeAuthorization({ number, error: null })
  const approvals = yield* countApprovals(key)
  const row = yield* one<{ generation: number }>(
    'SELECT generation FROM connections WHERE tenant = ? AND id = ?',
    ...[key.tenant, key.id],
  )
  const generation = row?.generation ?? 1
  const event = { kind: 'connection.authorized', data: JSON.stringify({ generation, approvals: approvals.count }) }
  const warning = { kind: 'connection.many_approvals', data: JSON.stringify({ approvals: approvals.count, most: 5 }) }
  yield* recordEvents(key, approvals.count >= warnAt ? [event, warning] : [event])
  return { kind: 'adopted', generation, approvals, replaced: done.kind === 'replaced' ? done.replaced : undefined }
}
