/** From the text of an access token to the session that it opens, or why it opens none. Not bound to any address (SF-133). */
import { instant, type Instant } from '../../../values/time.ts'
import type { OrgParts } from '../../parts.ts'
import { judgeAccessToken, type AccessTokenFacts, type AccessTokenJudgement } from '../../rules/access-token.ts'
import type { AppEntry } from '../../settings.ts'
import { findAccessToken, type AccessTokenRow, type GrantRow } from '../../store/grants.ts'
import { readAccessToken, scopesOfBits, type AccessTokenClaims } from '../../tokens/access-token.ts'
import { grantFacts } from '../token/grant-facts.ts'

/** A token that this org minted and whose grant and app it still knows, dead or alive. */
export type KnownAccessToken = {
  readonly claims: AccessTokenClaims
  readonly row: GrantRow
  readonly entry: AppEntry
  /** Of this token, which may be fewer than its grant's (SF-34). */
  readonly scopes: readonly string[]
  readonly facts: AccessTokenFacts
  readonly judgement: AccessTokenJudgement
}

export type Session = Pick<KnownAccessToken, 'row' | 'entry' | 'scopes'> & { readonly endsAt: Instant }

export type SessionOutcome =
  | { readonly kind: 'live'; readonly session: Session }
  /** Unknown, ended, expired or revoked: nobody is told which. */
  | { readonly kind: 'dead' }
  /** A setting refuses it; a refresh would not help (SF-73). */
  | { readonly kind: 'not-allowed' }

/** Looks and changes nothing: for introspection and revocation, which are no use of a token (SF-119). */
export async function lookUpAccessToken(parts: OrgParts, text: string): Promise<KnownAccessToken | undefined> {
  const settings = parts.settings.current()
  const claims = readAccessToken(settings.organization.id, text, parts.keyring)
  if (claims === undefined) return undefined
  const found = await parts.storage.read(() => findAccessToken(claims.grant, claims.sequence))
  const entry = settings.appsByName.get(found?.grant.app ?? '')
  if (found === undefined || entry === undefined) return undefined
  const facts = factsOf(claims, found.grant, found.own)
  const judgement = judgeAccessToken(facts, {
    now: parts.clock(),
    timeout: entry.app.sessionTimeout,
    sliding: parts.configuration.session.sliding,
    appIsEnabled: entry.app.isEnabled,
    epoch: parts.epoch(),
  })
  const scopes = scopesOfBits(claims.scopes, found.grant.scopes.split(' '))
  return { claims, row: found.grant, entry, scopes, facts, judgement }
}

/** A use: past half of its life it renews the token where sessions slide (SF-09). */
export async function useAccessToken(parts: OrgParts, text: string | undefined): Promise<SessionOutcome> {
  const known = text === undefined ? undefined : await lookUpAccessToken(parts, text)
  if (known === undefined || known.judgement.kind === 'dead') return { kind: 'dead' }
  if (known.judgement.kind === 'not-allowed') return { kind: 'not-allowed' }
  const { row, entry, scopes, claims } = known
  const endsAt = await renewed(parts, { grant: row.id, sequence: claims.sequence, ...known.judgement })
  return { kind: 'live', session: { row, entry, scopes, endsAt } }
}

type Renewal = {
  readonly grant: string
  readonly sequence: number
  readonly endsAt: Instant
  readonly slidesTo: Instant | undefined
}

/** The end that holds after this use. A renewal that cannot be stored costs the caller a refresh later on, not the call. */
async function renewed(parts: OrgParts, { grant, sequence, endsAt, slidesTo }: Renewal): Promise<Instant> {
  if (slidesTo === undefined) return endsAt
  const result = await parts.storage.write('slideAccessToken', { grant, sequence, endsAt: slidesTo })
  if (result.kind === 'committed') return slidesTo
  parts.log.warn('access-token-not-renewed', { kind: result.kind, grant })
  return endsAt
}

function factsOf(claims: AccessTokenClaims, row: GrantRow, own: AccessTokenRow | undefined): AccessTokenFacts {
  const { ended, user } = grantFacts(row)
  return {
    issuedAt: claims.issuedAt,
    grant: { ended, notBefore: instant(row.notBefore), epoch: row.epoch, userIsActive: user.isActive },
    own: own && { revoked: own.revoked === 1, endsAt: instant(own.endsAt) },
  }
}
