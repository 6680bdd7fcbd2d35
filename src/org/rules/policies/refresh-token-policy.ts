/** How long a refresh token lives: until revoked, not at all, for a fixed life, or while it is used (SF-177 to SF-180). */
import { fault, ok, type Result } from '../../../values/result.ts'
import { between, earlier, validUntil, type Instant, type ValidityUnit } from '../../../values/time.ts'
import type { AppKind, FieldFault, FieldName, Fields } from '../fields.ts'
import { abstain, allow, definePolicy, deny, denyForGood, type Policy, type PolicyContext } from '../policy.ts'
import { idleLimitIsOn, inactivityOutlastsIdleLimit } from './refresh-token-idle-limit.ts'

export type RefreshTokenPolicy =
  | { readonly kind: 'infinite' }
  | { readonly kind: 'zero' }
  | { readonly kind: 'lifetime'; readonly period: number; readonly unit: ValidityUnit }
  | { readonly kind: 'inactivity'; readonly period: number; readonly unit: ValidityUnit }

const units: Readonly<Record<string, ValidityUnit>> = { HOURS: 'Hours', DAYS: 'Days', MONTHS: 'Months' }
const grammar = /^(specific_lifetime|specific_inactivity):([0-9]{1,6}):(HOURS|DAYS|MONTHS)$/i // SF-259
const longest = { Hours: 876_000, Days: 36_500, Months: 1_200 } as const // a hundred years: beyond it, dates lose their meaning

export const refreshTokenPolicy: Policy<RefreshTokenPolicy> = definePolicy<RefreshTokenPolicy>({
  id: 'refresh-token-policy',
  label: 'Refresh Token Policy',
  does: 'Refuses a refresh token after its fixed life, or after too long without use, or always; evaluated only when the token is used.',
  fact: 'SF-181',
  fields: {
    ExtlClntAppOauthConfigurablePolicies: [
      'refreshTokenPolicyType',
      'refreshTokenValidityPeriod',
      'refreshTokenValidityUnit',
    ],
    ConnectedApp: ['oauthPolicy.refreshTokenPolicy'],
  },

  parse,

  // SF-206: an inactivity period beyond the 30-day limit is refused on save; one saved earlier acts as 30 days, by the idle limit's own guard
  save(fields, context) {
    const parsed = parse(fields, context)
    if (!parsed.ok || parsed.value.kind !== 'inactivity' || !idleLimitIsOn(fields, context.kind)) return []
    if (!inactivityOutlastsIdleLimit(parsed.value)) return []
    return [{ field: periodField(context.kind), means: 'is longer than the 30-day idle limit of this app' }]
  },

  guard(request, policy) {
    if (request.step !== 'refresh') return abstain
    const { now, grant, app } = request
    if (policy.kind === 'infinite') return allow({ policy: 'infinite' })
    if (policy.kind === 'zero') return deny('TOKEN_EXPIRES_IMMEDIATELY', { app: app.name, policy: 'zero' })
    const saw = { policy: words(policy), until: endOf(policy, grant), now, app: app.name }
    if (now <= saw.until) return allow(saw) // a use at exactly n is still valid (SF-183)
    if (policy.kind === 'lifetime') return denyForGood('TOKEN_EXPIRED', saw)
    const idle = between(grant.lastUsedAt, now)
    return denyForGood('TOKEN_NOT_USED_FOR_TOO_LONG', { ...saw, idle, limit: between(grant.lastUsedAt, saw.until) })
  },

  terms(terms, request, policy) {
    if (policy.kind === 'infinite') return terms
    if (policy.kind === 'zero')
      return { ...terms, refreshTokenExpiresAt: earlier(terms.refreshTokenExpiresAt, request.now) }
    const fresh = { authorizedAt: request.now, lastUsedAt: request.now }
    const since = request.step === 'refresh' ? { ...fresh, authorizedAt: request.grant.authorizedAt } : fresh
    return { ...terms, refreshTokenExpiresAt: earlier(terms.refreshTokenExpiresAt, endOf(policy, since)) }
  },
})

const timedTypes = { SpecificLifetime: 'lifetime', SpecificInactivity: 'inactivity' } as const
const typeNames = 'Infinite, Zero, SpecificLifetime, SpecificInactivity'

type Timed = Extract<RefreshTokenPolicy, { period: number }>

/** A fixed life counts from the user's authorization, inactivity from the last successful exchange (SF-184). */
function endOf(policy: Timed, grant: { readonly authorizedAt: Instant; readonly lastUsedAt: Instant }): Instant {
  return validUntil(policy.kind === 'lifetime' ? grant.authorizedAt : grant.lastUsedAt, policy.period, policy.unit)
}

const words = (policy: Timed): string => `${policy.kind} ${policy.period} ${policy.unit}`

function parse(fields: Fields, context: PolicyContext): Result<RefreshTokenPolicy, readonly FieldFault[]> {
  return context.kind === 'connectedApp' ? parseGrammar(fields) : parseTyped(fields, context)
}

function parseTyped(
  fields: Fields,
  { configuration }: PolicyContext,
): Result<RefreshTokenPolicy, readonly FieldFault[]> {
  const { refreshTokenPolicyType: type, refreshTokenValidityPeriod: period, refreshTokenValidityUnit: unit } = fields
  if (type === undefined) {
    return ok({ kind: 'lifetime', period: configuration.ecaDefaults.refreshTokenPolicyDays, unit: 'Days' }) // SF-186
  }
  if (type === 'Infinite') return ok({ kind: 'infinite' })
  if (type === 'Zero') return ok({ kind: 'zero' })
  // what a caller's schema let through unread would otherwise act as something else
  if (!Object.hasOwn(timedTypes, type))
    return faultIn('refreshTokenPolicyType', `is ${JSON.stringify(type)}; known are ${typeNames}`)
  if (unit !== undefined && !Object.hasOwn(longest, unit)) {
    return faultIn(
      'refreshTokenValidityUnit',
      `is ${JSON.stringify(unit)}; known are ${Object.keys(longest).join(', ')}`,
    )
  }
  return timed({ kind: timedTypes[type], period: period ?? 0, unit: unit ?? 'Days' }, 'refreshTokenValidityPeriod')
}

function parseGrammar(fields: Fields): Result<RefreshTokenPolicy, readonly FieldFault[]> {
  const text = fields.refreshTokenPolicy ?? 'infinite' // SF-177
  if (text === 'infinite') return ok({ kind: 'infinite' })
  if (text === 'zero') return ok({ kind: 'zero' })
  const [, kind, period, unit] = grammar.exec(text) ?? []
  const parsedUnit = units[unit?.toUpperCase() ?? '']
  if (kind === undefined || parsedUnit === undefined) {
    const forms = 'infinite, zero, specific_lifetime:<n>:<HOURS|DAYS|MONTHS> or specific_inactivity:<n>:<unit>'
    return faultIn('refreshTokenPolicy', `is ${JSON.stringify(text)}; known are ${forms}`)
  }
  const isLifetime = kind.toLowerCase() === 'specific_lifetime'
  const policy = { kind: isLifetime ? 'lifetime' : 'inactivity', period: Number(period), unit: parsedUnit } as const
  return timed(policy, 'refreshTokenPolicy')
}

function timed(policy: Timed, field: FieldName): Result<RefreshTokenPolicy, readonly FieldFault[]> {
  const { period, unit } = policy
  if (!Number.isInteger(period) || period < 1 || period > longest[unit]) {
    return faultIn(field, `must have a whole number of ${unit} from 1 to ${longest[unit]}`)
  }
  return ok(policy)
}

/** A Connected App has one field for the whole policy. */
const periodField = (kind: AppKind): FieldName =>
  kind === 'connectedApp' ? 'refreshTokenPolicy' : 'refreshTokenValidityPeriod'

function faultIn(field: FieldFault['field'], means: string): Result<never, readonly FieldFault[]> {
  return fault([{ field, means }])
}
