/** Revocation by whoever holds the token: an access token ends alone, a refresh token with its family (SF-113 to SF-116). */
import { formatAddress } from '../../ip/address.ts'
import { after, hours, type Instant } from '../../values/time.ts'
import type { Caller, OrgParts } from '../parts.ts'
import { accessTokenEnd } from '../rules/access-token.ts'
import type { Refusal } from '../rules/decide.ts'
import { errors } from '../rules/errors/catalogue.ts'
import type { HistoryEntry } from '../store/history.ts'
import type { GrantRow } from '../store/grants.ts'
import { looksLikeAccessToken } from '../tokens/access-token.ts'
import { looksLikeRefreshToken } from '../tokens/refresh-token.ts'
import { lookUpAccessToken, type KnownAccessToken } from './access-token/verify.ts'
import { lookUpRefreshToken, type KnownRefreshToken } from './known-refresh-token.ts'

export type RevokeCall = {
  readonly token: string
  /** What mobile clients say of why; goes into the record, decides nothing (SF-115). */
  readonly reason: string | undefined
  readonly caller: Caller
}
export type RevokeOutcome =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Nothing was changed, or it is not known to be durable: the same request may come again. */
  | { readonly kind: 'unavailable' }

type Call = RevokeCall & { readonly at: Instant }

const unknown: RevokeOutcome = { kind: 'refused', refusal: { code: 'REVOKE_UNKNOWN', saw: {} } }
/** The longest session timeout that can be set (SF-08). */
const longestTimeout = hours(24)

/** No allowlist and no client authentication: who holds a token may always give it up (SF-113, SF-116). */
export async function revoke(parts: OrgParts, call: RevokeCall): Promise<RevokeOutcome> {
  const now = parts.clock()
  const { organization } = parts.settings.current()
  if (looksLikeRefreshToken(call.token)) {
    const known = await lookUpRefreshToken(parts, call.token, { from: call.caller.from, now })
    return known === undefined ? junk(parts, call) : await revokeFamily(parts, { ...call, at: now }, known)
  }
  if (!looksLikeAccessToken(organization.id, call.token)) {
    junk(parts, call)
    return { kind: 'refused', refusal: { code: 'REVOKE_TYPE_UNKNOWN', saw: {} } }
  }
  const known = await lookUpAccessToken(parts, call.token)
  return known === undefined ? junk(parts, call) : await revokeAlone(parts, { ...call, at: now }, known)
}

/** A superseded token is no reuse here and changes nothing (SF-116). */
async function revokeFamily(
  parts: OrgParts,
  call: Call,
  { row, redeemable }: KnownRefreshToken,
): Promise<RevokeOutcome> {
  if (!redeemable) return await refuse(parts, call, row)
  const result = await parts.storage.write('revokeByToken', {
    grant: row.id,
    at: call.at,
    revoked: record(parts, call, row),
    refused: refusalRecord(parts, call, row),
  })
  if (result.kind !== 'committed') return unavailable(parts, result.kind)
  if (!result.value) return unknown
  await parts.revocationLog.append([{ grant: row.id, at: call.at, reason: 'revoked' }]) // P-08
  return { kind: 'revoked' }
}

/** Also one that a setting refuses at the moment: it would be good again when the setting changes. */
async function revokeAlone(parts: OrgParts, call: Call, known: KnownAccessToken): Promise<RevokeOutcome> {
  const { row, claims, entry, facts, judgement } = known
  if (judgement.kind === 'dead') return await refuse(parts, call, row)
  const { sliding } = parts.configuration.session
  const end = accessTokenEnd(facts, { timeout: entry.app.sessionTimeout, sliding })
  const result = await parts.storage.write('revokeAccessToken', {
    grant: row.id,
    sequence: claims.sequence,
    endsAt: Math.max(end, after(claims.issuedAt, longestTimeout)),
    revoked: record(parts, call, row),
    refused: refusalRecord(parts, call, row),
  })
  if (result.kind !== 'committed') return unavailable(parts, result.kind)
  return result.value ? { kind: 'revoked' } : unknown
}

async function refuse(parts: OrgParts, call: Call, row: GrantRow): Promise<RevokeOutcome> {
  const result = await parts.storage.write('recordHistory', refusalRecord(parts, call, row))
  return result.kind === 'committed' ? unknown : unavailable(parts, result.kind)
}

/** Never minted here, or of a grant long gone: counted by the minute, not written singly (P-11). */
function junk(parts: OrgParts, { caller }: RevokeCall): RevokeOutcome {
  parts.monitor.junk('revoke', formatAddress(caller.from.address))
  return unknown
}

function unavailable(parts: OrgParts, kind: string): RevokeOutcome {
  parts.log.error('revocation-not-stored', { kind })
  return { kind: 'unavailable' }
}

function refusalRecord(parts: OrgParts, call: Call, row: GrantRow): HistoryEntry {
  const { status, decision } = errors.REVOKE_UNKNOWN
  return { ...record(parts, call, row), status, decision }
}

function record(parts: OrgParts, { at, caller, reason }: Call, row: GrantRow): HistoryEntry {
  const trace = [{ policy: 'SF-115', vote: 'allow', saw: { reason: reason?.slice(0, 80) } }]
  return {
    id: parts.recordIds(at),
    at,
    loginType: 'Remote Access 2.0',
    subType: 'revoke',
    app: row.app,
    userId: row.userId,
    grantId: row.id,
    sourceIp: formatAddress(caller.from.address),
    forwardedFor: caller.from.claimed ?? null,
    userAgent: caller.userAgent ?? null,
    status: 'Success',
    decision: 'revoked',
    trace: reason === undefined ? null : JSON.stringify(trace),
  }
}
