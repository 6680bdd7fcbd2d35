/** A token that may be spent: asked about, waited for, and sent once more only when nothing is left to lose (P-22, P-23, P-25). */
import { hash } from 'node:crypto'
import { after, instant, seconds, type Duration, type Instant } from '../../values/time.ts'
import { connectionEndsAt, mayWrite } from '../rules/lease-terms.ts'
import { nextInDoubt, sentInDoubt, type Answer, type Doubt, type Next } from '../rules/in-doubt.ts'
import { servesUntil } from '../rules/due.ts'
import { introspectionRequest, proofOf, readIntrospection, type AppCredentials } from '../rules/requests.ts'
import { eventOf, mendedBy } from '../rules/states.ts'
import { findAttempts, type StoredAttempt } from '../store/attempt-row.ts'
import { findIntrospections, type StoredIntrospection } from '../store/introspections.ts'
import { destinationOf, postOf } from './form-post.ts'
import { lockOf, nowOf, type ExchangeParts, type Held } from './parts.ts'
import { exchangedOf } from './read-reply.ts'

export type Resolved =
  | { readonly kind: 'wait'; readonly until: Instant }
  | { readonly kind: 'retry'; readonly last: boolean; readonly why: string }
  | { readonly kind: 'reauthorize'; readonly why: string }
  | { readonly kind: 'overtaken' }

/** Asks at most twice. */
export async function resolveDoubt(parts: ExchangeParts, held: Held): Promise<Resolved> {
  const credentials = await parts.credentialsOf(held.key.tenant, held.connection.app, held.connection.loginUrl)
  const askedOf = nameOf(held, credentials)
  for (let asked = 0; ; asked += 1) {
    const next = await nextOf(parts, held, askedOf)
    if (next.kind !== 'introspect') return await enter(parts, held, next)
    if (asked === 2) return { kind: 'wait', until: instant(parts.clock() + parts.settings.askEvery) }
    const told = await introspect(parts, held, { credentials, askedOf })
    if (told === 'overtaken') return { kind: told }
    // whom nobody reaches can be sent nothing either, and has not said that it cannot tell
    if (told === 'not-asked')
      return await enter(parts, held, { kind: 'wait', until: after(parts.clock(), parts.settings.askEvery) })
  }
}

/** The endpoint, the app and its credentials: another's word counts for nothing. */
function nameOf({ connection }: Held, credentials: AppCredentials): string {
  return hash('sha256', JSON.stringify([connection.loginUrl, ...proofOf(credentials)]), 'base64url')
}

async function nextOf(parts: ExchangeParts, { key, connection }: Held, askedOf: string): Promise<Next> {
  const { generation } = connection
  const attempts = await parts.storage.read(() => findAttempts(key, 50))
  const said = await parts.storage.read(() => findIntrospections(key, 100))
  const sent = sentInDoubt(attempts, generation)
  const since = instant(Math.max(connection.stateSince, ...sent.map(endOf)))
  const own = said.filter((each) => each.generation === generation && each.askedOf === askedOf)
  const doubt: Doubt = {
    since,
    settle: parts.settings.settle,
    servesUntil: servesUntilOf(connection, parts.clock()),
    soleHolder: connection.soleHolder,
    wasCalledActive: own.some((each) => each.said === 'active'),
    answers: own
      .filter(({ at }) => at >= since)
      .map(answerOf)
      .toReversed(),
    retried: sent.length > 1,
    askEvery: parts.settings.askEvery,
  }
  return nextInDoubt(doubt, parts.clock())
}

const endOf = ({ tunnelEndsAt, sentAt }: StoredAttempt): number => tunnelEndsAt ?? sentAt ?? 0

const answerOf = ({ at, said }: StoredIntrospection): Answer => ({
  at: instant(at),
  said: said === 'active' || said === 'inactive' ? said : 'cannot-tell',
})

function servesUntilOf({ access, sessionSeconds }: Held['connection'], now: Instant): Instant | undefined {
  if (access === null) return undefined
  const until = instant(access.expiresAt ?? servesUntil(instant(access.issuedAt), sessionOf(sessionSeconds)))
  return until > now ? until : undefined
}

const sessionOf = (length: number | null): Duration | undefined => (length === null ? undefined : seconds(length))

async function enter(parts: ExchangeParts, held: Held, next: Exclude<Next, { kind: 'introspect' }>): Promise<Resolved> {
  const { key, fence, connection } = held
  const under = { key, guard: { fence }, generation: connection.generation }
  const { why } = connection
  if (next.kind === 'wait') {
    await parts.storage.write('setState', { ...under, next: { state: 'in-doubt', why, nextDueAt: next.until } })
    return next
  }
  if (next.kind === 'retry') {
    const data = JSON.stringify({ generation: connection.generation, why: next.why })
    if (next.last)
      await parts.storage.write('setState', {
        ...under,
        next: { state: 'in-doubt', why, nextDueAt: parts.clock(), onChange: [{ kind: 'connection.last_retry', data }] },
      })
    return next
  }
  const state = 'reauthorization-required'
  const data = JSON.stringify({
    generation: connection.generation,
    known: next.known,
    why: next.why,
    ...mendedBy(state, held.key.id),
  })
  await parts.storage.write('setState', {
    ...under,
    next: { state, why: next.why, nextDueAt: null, onChange: [{ kind: eventOf[state], data }] },
  })
  return next
}

type Asking = { readonly credentials: AppCredentials; readonly askedOf: string }

/** `overtaken`: somebody else has the lease. It spends nothing (SF-119), and is noted whatever it says. */
async function introspect(
  parts: ExchangeParts,
  held: Held,
  { credentials, askedOf }: Asking,
): Promise<'noted' | 'overtaken' | 'not-asked'> {
  const before = parts.monotonic()
  const said = await ask(parts, held, credentials)
  if (said === undefined) return 'not-asked'
  const noted = await parts.storage.write('noteIntrospection', {
    ...{ key: held.key, fence: held.fence, generation: held.connection.generation },
    ...{ said, askedOf, tookMs: parts.monotonic() - before },
  })
  return noted.kind === 'committed' && noted.value.kind === 'noted' ? 'noted' : 'overtaken'
}

/** Undefined where nothing of the question has left. */
async function ask(parts: ExchangeParts, held: Held, credentials: AppCredentials): Promise<Answer['said'] | undefined> {
  const { connection } = held
  const { terms } = parts.settings
  const endsAt = connectionEndsAt(held.taken, terms)
  const token = await parts.envelope.openText(
    connection.sealedRefresh,
    lockOf(connection, {
      ...{ purpose: 'refresh-token', generation: connection.generation, attempt: connection.refreshAttempt },
    }),
  )
  const opened = await parts.transport.open({
    ...destinationOf(connection.loginUrl),
    ...{ deadline: endsAt - terms.call, endsAt },
  })
  if (opened.kind === 'not-opened') return undefined
  const posted = await opened.connection.post(postOf(introspectionRequest(credentials, token.expose())), {
    mayWrite: () => mayWrite(held.taken, nowOf(parts), terms).may,
    deadlineMs: terms.call,
  })
  if (posted.kind === 'not-sent') return undefined
  const exchanged = exchangedOf(posted)
  return exchanged.got === 'reply' ? readIntrospection(exchanged.status, exchanged.body) : 'cannot-tell'
}
