/** What a caller is told of an exchange that brought no token. */
import { Secret } from '../values/secret.ts'
import { isoText, type Instant } from '../values/time.ts'
import type { ConnectionKey } from './connection-key.ts'
import { KeeperError } from './keeper-error.ts'
import type { Refreshed } from './refresh/refresh.ts'
import type { Outcome } from './rules/outcome.ts'

export const isGood = (done: Refreshed): boolean =>
  done.kind === 'fresh' ||
  (done.kind === 'exchanged' && (done.outcome.kind === 'rotated' || done.outcome.kind === 'unchanged'))

export const unknownConnection = ({ tenant, id }: ConnectionKey): KeeperError =>
  new KeeperError('UNKNOWN_CONNECTION', `The tenant ${tenant} has no connection ${id}.`, {
    next: [
      'List what there is: sallyport connections, or GET /v1/connections.',
      `Authorize it: sallyport connect ${id}. Or adopt its refresh token: POST /v1/connections.`,
    ],
  })

/** Plain JavaScript has no compiler that says it. */
export function checkSecret(name: string, value: Secret | undefined): void {
  if (value === undefined || value instanceof Secret) return
  throw new KeeperError('INVALID', `${name} is to be wrapped, so that no log shows it.`, {
    next: [`Write ${name}: secret(…), with the \`secret\` of sallyport/keeper.`],
  })
}

export const unknownApp = (tenant: string, app: string): KeeperError =>
  new KeeperError('UNKNOWN_APP', `The tenant ${tenant} has no app ${app}.`, {
    next: [`Save it first: under keeper.apps of the configuration, or by PUT /v1/apps/${app}.`],
  })

export const handedOver = ({ id }: ConnectionKey, since: Instant): KeeperError =>
  new KeeperError(
    'HANDED_OVER',
    `${id} was handed over to another keeper on ${isoText(since)}: nothing is sent here.`,
    {
      next: ['Ask that keeper.', `Where it has never used ${id} and never will: sallyport keeper take-back ${id}`],
    },
  )

export function errorOf(key: ConnectionKey, done: Refreshed): KeeperError {
  switch (done.kind) {
    case 'unknown':
      return unknownConnection(key)
    case 'in-doubt':
      return new KeeperError(
        'IN_DOUBT',
        `The refresh token of ${key.id} was sent, and nobody knows what became of it.`,
        {
          retryAt: done.until,
          next: ['Wait: the token is asked about before it is sent again.'],
        },
      )
    case 'ended':
      return new KeeperError('REAUTHORIZATION_REQUIRED', `${key.id} has to be authorized again: ${done.why}`, {
        next: [authorizeAgain(key)],
      })
    case 'refused-to-send':
      return new KeeperError('NOT_SENT', `Nothing was sent for ${key.id}: ${done.why}`, {
        next: done.next ?? ['See that store and proxy are there, and do it again: nothing is lost.'],
        ...(done.rests === undefined ? {} : { retryAt: done.rests.until }),
      })
    case 'rests-refused':
      return new KeeperError(codes[done.state], `${key.id} was refused, and is not tried again yet: ${done.why}`, {
        retryAt: done.until,
        next: [`Mend that, then say so: POST /v1/connections/${key.id}/verify exchanges at once.`],
      })
    case 'handed-over':
      return handedOver(key, done.since)
    case 'fresh':
      return new KeeperError('SERVER_TROUBLE', `The access token of ${key.id} does not serve any more.`)
    case 'exchanged':
      return errorOfOutcome(key, done)
  }
}

const codes: Readonly<Record<Exclude<Outcome['kind'], 'rotated' | 'unchanged'>, KeeperError['code']>> = {
  'not-sent': 'NOT_SENT',
  'in-flight': 'IN_DOUBT',
  'in-doubt': 'IN_DOUBT',
  'inconclusive': 'IN_DOUBT',
  'ip-refused': 'IP_REFUSED',
  'refused': 'REFUSED',
  'ended': 'REAUTHORIZATION_REQUIRED',
  'server-trouble': 'SERVER_TROUBLE',
}

const authorizeAgain = ({ id }: ConnectionKey): string =>
  `To authorize it again: sallyport connect ${id}, or a link for whoever can: POST /v1/connections/${id}/reauthorization-link.`

function errorOfOutcome(
  key: ConnectionKey,
  { outcome, explanations }: Refreshed & { readonly kind: 'exchanged' },
): KeeperError {
  const { kind } = outcome
  if (kind === 'rotated' || kind === 'unchanged') throw new Error('an exchange that went well is no error')
  const [first] = explanations
  return new KeeperError(codes[kind], `${key.id} was not exchanged. ${first?.evidence ?? ''}`.trim(), {
    explanations,
    next: [...new Set(explanations.map(({ next }) => next)), ...(kind === 'ended' ? [authorizeAgain(key)] : [])],
  })
}
