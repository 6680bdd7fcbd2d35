/** A refresh token that nobody redeems for 30 days stops working (SF-205). */
import { ok } from '../../../values/result.ts'
import {
  after,
  between,
  days,
  earlier,
  instant,
  validUntil,
  type Duration,
  type ValidityUnit,
} from '../../../values/time.ts'
import type { AppKind, Fields } from '../fields.ts'
import { abstain, allow, definePolicy, denyForGood, type Policy } from '../policy.ts'

export type IdleLimit = { readonly limit: Duration | 'none' }

const thirtyDays = days(30) // SF-205: the number is fixed; Setup offers only the switch
const lateAfter = days(25) // SF-208: a keeper's heartbeat comes before this

export const refreshTokenIdleLimit: Policy<IdleLimit> = definePolicy<IdleLimit>({
  id: 'refresh-token-idle-limit',
  label: 'Limit Idle Refresh Token TTL to 30 Days',
  does: 'Refuses a refresh token that was not redeemed for 30 days; each redemption starts the 30 days anew.',
  fact: 'SF-205',
  fields: {
    ExtlClntAppGlobalOauthSettings: ['isEnforceRefreshTokenTTL'],
    ConnectedApp: ['oauthConfig.isEnforceRefreshTokenTTL'],
  },

  parse: (fields, { kind }) => ok({ limit: idleLimitIsOn(fields, kind) ? thirtyDays : 'none' }),

  guard(request, { limit }) {
    if (request.step !== 'refresh' || limit === 'none') return abstain
    const saw = { idle: between(request.grant.lastUsedAt, request.now), limit }
    return saw.idle > limit ? denyForGood('TOKEN_IDLE', saw) : allow(saw) // exactly 30 days is still valid (SF-207)
  },

  terms(terms, { now }, { limit }) {
    if (limit === 'none') return terms
    return { ...terms, refreshTokenExpiresAt: earlier(terms.refreshTokenExpiresAt, after(now, limit)) }
  },

  signals(request, { limit }) {
    if (request.step !== 'refresh' || limit === 'none') return []
    const idle = between(request.grant.lastUsedAt, request.now)
    return idle > lateAfter ? [{ kind: 'heartbeat-late', idle }] : []
  },
})

/** Left out, it is on for an External Client App and off for a Connected App (fact book, 24a). */
export function idleLimitIsOn(fields: Fields, kind: AppKind): boolean {
  return fields.isEnforceRefreshTokenTTL ?? kind !== 'connectedApp'
}

/** SF-206: an inactivity period longer than the limit is refused on save. A month is measured at its longest. */
export function inactivityOutlastsIdleLimit({ period, unit }: { period: number; unit: ValidityUnit }): boolean {
  const january = instant('2026-01-01')
  return between(january, validUntil(january, period, unit)) > thirtyDays
}
