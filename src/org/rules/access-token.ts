/** Whether an access token is still good, from its own claims, its grant and the row that it may have (P-10). The tag was verified before. */
import { after, milliseconds, type Duration, type Instant } from '../../values/time.ts'
import type { GrantEnd } from './app.ts'
import type { Epoch } from './judge-token.ts'

export type AccessTokenFacts = {
  readonly issuedAt: Instant
  readonly grant: {
    readonly ended: GrantEnd | undefined
    /** Access tokens issued earlier are dead. */
    readonly notBefore: Instant
    readonly epoch: number
    readonly userIsActive: boolean
  }
  /** The token's own row: there where it was revoked alone, or slid (SF-09). */
  readonly own: { readonly revoked: boolean; readonly endsAt: Instant } | undefined
}

export type AccessTokenTerms = {
  readonly now: Instant
  /** The app's session timeout, as it is now (SF-08). */
  readonly timeout: Duration
  /** SF-09: use past half of the life renews it. */
  readonly sliding: boolean
  readonly appIsEnabled: boolean
  readonly epoch: Epoch
}

export type AccessTokenJudgement =
  | {
      readonly kind: 'live'
      readonly endsAt: Instant
      /** The end that a use now gives it; undefined where a use changes nothing. */
      readonly slidesTo: Instant | undefined
    }
  /** Over for good: a client should refresh (SF-73). */
  | { readonly kind: 'dead'; readonly why: 'grant-ended' | 'before-not-before' | 'epoch' | 'revoked' | 'expired' }
  /** Alive, and refused by a setting: a refresh would not help (SF-73). */
  | { readonly kind: 'not-allowed'; readonly why: 'app-not-enabled' | 'user-inactive' }

export function judgeAccessToken(facts: AccessTokenFacts, terms: AccessTokenTerms): AccessTokenJudgement {
  const why = deathOf(facts, terms)
  if (why !== undefined) return { kind: 'dead', why }
  if (!terms.appIsEnabled) return { kind: 'not-allowed', why: 'app-not-enabled' }
  if (!facts.grant.userIsActive) return { kind: 'not-allowed', why: 'user-inactive' }
  const endsAt = accessTokenEnd(facts, terms)
  const half = milliseconds(Math.floor(terms.timeout / 2))
  const isPastHalf = after(terms.now, half) > endsAt
  return { kind: 'live', endsAt, slidesTo: terms.sliding && isPastHalf ? after(terms.now, terms.timeout) : undefined }
}

/** A fixed life from the issue, unless the token has slid; where sliding was switched off meanwhile, the fixed life counts again. */
export function accessTokenEnd(
  { issuedAt, own }: Pick<AccessTokenFacts, 'issuedAt' | 'own'>,
  { timeout, sliding }: Pick<AccessTokenTerms, 'timeout' | 'sliding'>,
): Instant {
  const fixed = after(issuedAt, timeout)
  return sliding && own !== undefined && own.endsAt > fixed ? own.endsAt : fixed
}

type Death = Extract<AccessTokenJudgement, { kind: 'dead' }>['why']

function deathOf(facts: AccessTokenFacts, terms: AccessTokenTerms): Death | undefined {
  const { grant, own, issuedAt } = facts
  if (grant.ended !== undefined) return 'grant-ended'
  if (issuedAt < grant.notBefore) return 'before-not-before'
  if (terms.epoch.olderGrants === 'refuse' && grant.epoch < terms.epoch.current) return 'epoch' // P-08
  if (own?.revoked === true) return 'revoked'
  return terms.now >= accessTokenEnd(facts, terms) ? 'expired' : undefined
}

/** Whether the scopes of a token open the REST API (SF-103). */
export function opensRestApi(scopes: readonly string[]): boolean {
  return scopes.some((scope) => scope === 'api' || scope === 'full' || scope === 'web')
}

/** Whether the scopes of a token open the Metadata API (SF-103). */
export const opensMetadataApi = (scopes: readonly string[]): boolean =>
  scopes.includes('api') || scopes.includes('full')

/** Whether the scopes of a token let it ask about other users than its own (SF-124). */
export function seesOtherUsers(scopes: readonly string[]): boolean {
  return scopes.includes('api') || scopes.includes('full')
}
