/** Why a connection does not refresh, as far as it can be told from here. Salesforce has one sentence for most of it (SF-49, SF-189), so each cause
 *  comes with what speaks for it, how sure that is, and what to do. */
import { between, days, isoText, type Duration, type Instant } from '../../values/time.ts'
import type { Outcome } from './outcome.ts'
import { plainLine } from './plain-line.ts'

export type Cause =
  | 'blocked-address'
  | 'login-restriction'
  | 'replay'
  | 'idle'
  | 'lifetime'
  | 'five-approvals'
  | 'policy'
  | 'in-flight'
  | 'inactive-user'
  | 'inactive-org'
  | 'app'
  | 'unknown'

export type Explanation = {
  readonly cause: Cause
  /** `certain`: said in words. `likely`: it fits what is on record here. `possible`: nothing speaks against it. */
  readonly confidence: 'certain' | 'likely' | 'possible'
  /** One sentence of what is known. */
  readonly evidence: string
  /** One sentence of what to do. */
  readonly next: string
}

/** What the keeper has on record of the connection. */
export type OnRecord = {
  readonly now: Instant
  /** Of the address that the request left from; undefined where nobody could say. */
  readonly leftFrom: string | undefined
  /** From which the last exchange that went well had left. */
  readonly lastGoodFrom: string | undefined
  readonly lastExchangeAt: Instant
  readonly authorizedAt: Instant
  /** This very refresh token had been sent before, and nobody learned what became of it. */
  readonly sentBefore: boolean
  /** Nobody but this keeper is said to hold tokens of the family. */
  readonly soleHolder: boolean
  /** At least one exchange of this connection has gone well here; otherwise the token is as old as whoever brought it knows. */
  readonly exchangedHere: boolean
  /** How often this user has been authorized for this app by this keeper, and when last; another may have come from elsewhere. */
  readonly approvals: number
  readonly approvedSince: boolean
  /** As configured or learned; undefined: not known. */
  readonly lifetime: Duration | undefined
}

/** SF-205; the limit runs from the last exchange that went well (SF-207). */
const idleLimit = days(30)
/** SF-209. */
const mostApprovals = 5

/** The likeliest first; at least one for every outcome that is no success. */
export function explain(outcome: Outcome, record: OnRecord): readonly Explanation[] {
  switch (outcome.kind) {
    case 'rotated':
    case 'unchanged':
      return []
    case 'ip-refused':
      return [outcome.by === 'allowlist' ? blockedAddress(record) : loginRestriction(record)]
    case 'in-flight':
      return [inFlight(record)]
    case 'ended':
      return explainEnd(record)
    case 'refused':
      return [refusal(outcome)]
    case 'not-sent':
      return [
        unknown(
          `Nothing was sent: ${outcome.why}.`,
          'Nothing is lost; it is tried again. See that the login host is there, and that the proxy (keeper.proxy), if there is one, is there, takes its credentials, and admits this destination and egress.',
        ),
      ]
    case 'server-trouble':
      return [unknown(`The server asked for patience: ${outcome.why}.`, 'Nothing is lost; it is tried again later.')]
    case 'in-doubt':
      return [
        unknown(`The token was sent, and ${outcome.why}.`, 'Wait: the token is asked about before it is sent again.'),
      ]
    case 'inconclusive':
      return [
        unknown(
          `The answer was ${outcome.status}${saidOf(outcome)}, and that is not known.`,
          'Look at the login history of the org. The token is treated as one that may be spent: it is asked about first.',
        ),
      ]
  }
}

const unknown = (evidence: string, next: string): Explanation => ({
  ...{ cause: 'unknown', confidence: 'possible', evidence, next },
})

const saidOf = ({ error, description }: { readonly error: string; readonly description: string }): string => {
  const words = [error, description].map(plainLine).filter((each) => each !== '')
  return words.length === 0 ? '' : `, ${words.join(': ')}`
}

const inFlight = ({ sentBefore, soleHolder }: OnRecord): Explanation => ({
  cause: 'in-flight',
  confidence: 'certain',
  evidence: `The server says that a request with this token is being processed (SF-53)${
    sentBefore ? '; it may be our own earlier one, of which no answer came' : ''
  }.`,
  next:
    sentBefore || soleHolder
      ? 'Wait: the connection is asked about before anything is sent again. If nothing of ours was under way, somebody else holds this token.'
      : 'Find who else exchanges this token: only one may. The connection is asked about before anything is sent again.',
})

const from = (address: string | undefined): string =>
  address === undefined ? 'an address that nobody could say' : address

const blockedAddress = ({ leftFrom, lastGoodFrom }: OnRecord): Explanation => ({
  cause: 'blocked-address',
  confidence: 'certain',
  evidence: `The request left from ${from(leftFrom)}, which the app's refresh token IP allowlist does not admit (SF-50)${
    lastGoodFrom === undefined
      ? ''
      : lastGoodFrom === leftFrom
        ? '; the last good one had left from there too, so the list was changed'
        : `; the last good one had left from ${lastGoodFrom}`
  }.`,
  next: `Add ${leftFrom ?? 'the address'} to the allowlist, or leave by an address that is on it; then verify the connection. The token is kept.`,
})

const loginRestriction = ({ leftFrom }: OnRecord): Explanation => ({
  cause: 'login-restriction',
  confidence: 'certain',
  evidence: `The org or the user's profile does not admit ${from(leftFrom)}, or not at this hour (SF-51, SF-52).`,
  next: "Look at the profile's login IP ranges and login hours, and at the app's IP relaxation. The token is kept.",
})

function refusal({ of, error, description }: Outcome & { readonly kind: 'refused' }): Explanation {
  const said = `The server says ${plainLine(error)}: ${plainLine(description)} (SF-312).`
  switch (of) {
    case 'user':
      if (error === 'inactive_user') return { ...certain('inactive-user', said), next: activate }
      // SF-55: the words for a wrong password, which is in no refresh
      if (error === 'invalid_grant') return { ...certain('inactive-user', said), confidence: 'likely', next: activate }
      return { ...certain('policy', said), next: 'Admit the user to the app in Setup. The token is kept.' }
    case 'org':
      return { ...certain('inactive-org', said), next: 'Ask the owner of the org. The token is kept.' }
    case 'app':
      return { ...certain('app', said), next: "Correct the app's consumer key, secret or flows. The token is kept." }
  }
}

const activate = 'Activate the user, or authorize with another one. The token is kept.'

const certain = (cause: Cause, evidence: string) => ({ cause, confidence: 'certain', evidence }) as const

/** One sentence stands for all of these. */
function explainEnd(record: OnRecord): readonly Explanation[] {
  const idle = between(record.lastExchangeAt, record.now)
  const age = between(record.authorizedAt, record.now)
  const found: Explanation[] = []
  found.push(...replayOf(record))
  if (idle > idleLimit)
    found.push({
      cause: 'idle',
      confidence: 'likely',
      evidence: `It was last exchanged on ${isoText(record.lastExchangeAt)}, more than 30 days ago (SF-205).`,
      next: 'Authorize again, and let the keeper run: it exchanges unused tokens before the limit.',
    })
  if (record.lifetime !== undefined && age > record.lifetime)
    found.push({
      cause: 'lifetime',
      confidence: 'likely',
      evidence: `It was authorized on ${isoText(record.authorizedAt)}, and the app's refresh tokens do not live longer.`,
      next: 'Authorize again, and look at the refresh token policy of the app.',
    })
  if (record.approvedSince || record.approvals >= mostApprovals)
    found.push({
      cause: 'five-approvals',
      confidence: record.approvals >= mostApprovals ? 'likely' : 'possible',
      evidence: `The user has approved this app ${record.approvals} times that are known here; a sixth approval revokes the oldest (SF-209).`,
      next: 'Authorize again, and keep one approval a user and app.',
    })
  found.push(...elsewhere(record))
  found.push({
    cause: 'policy',
    confidence: found.length === 0 ? 'likely' : 'possible',
    evidence:
      'Somebody may have revoked it or deactivated the user, or the app’s policy ends it at once; the answer does not say (SF-189).',
    next: 'Look at OAuth usage and login history of the org, then authorize again.',
  })
  return found
}

/** A spent token revokes the family, whoever sends it (SF-188). */
function replayOf({ sentBefore, soleHolder, exchangedHere }: OnRecord): readonly Explanation[] {
  if (sentBefore)
    return [
      {
        ...{ cause: 'replay', confidence: 'likely', next: 'Authorize again.' },
        evidence:
          'This token had been sent before without an answer: it was spent then, and the org took this for a replay (SF-188).',
      },
    ]
  if (!exchangedHere)
    return [
      {
        ...{ cause: 'replay', confidence: 'likely' },
        evidence: 'It was adopted and never exchanged here: it may have been spent or replaced before it came (L-48).',
        next: 'Adopt the newest token of that program, and stop it; or authorize again.',
      },
    ]
  if (soleHolder) return []
  return [
    {
      ...{ cause: 'replay', confidence: 'possible' },
      evidence: 'Others hold tokens of this family: one of them may have sent a spent one, which revokes all (SF-188).',
      next: 'See to it that only this keeper exchanges its tokens, and authorize again.',
    },
  ]
}

/** Sources disagree on whether a blocked address is named as one (SF-50): customers are not to log in again for a missing address (L-51). */
function elsewhere({ leftFrom, lastGoodFrom }: OnRecord): readonly Explanation[] {
  if (leftFrom === undefined || lastGoodFrom === undefined || leftFrom === lastGoodFrom) return []
  return [
    {
      ...{ cause: 'blocked-address', confidence: 'possible' },
      evidence: `It left from ${leftFrom}, and the last good one from ${lastGoodFrom}; not every org says that an address is blocked (SF-50).`,
      next: `See that ${leftFrom} is on the app's refresh token IP allowlist before anybody is asked to log in again.`,
    },
  ]
}
