import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, instant } from '../../../values/time.ts'
import type { AppKind } from '../fields.ts'
import {
  authorizing,
  boundTo,
  calling,
  contextOf,
  exchanging,
  refreshingAt,
  widestTerms,
} from '../questions-for-tests.ts'
import { inactivityOutlastsIdleLimit, refreshTokenIdleLimit as policy } from './refresh-token-idle-limit.ts'

const lastUsedAt = instant('2026-01-01')
const refresh = (now: string) => refreshingAt(instant(now), { lastUsedAt })
const late = instant('2027-01-01')
const on = boundTo(policy, {})
const off = boundTo(policy, { isEnforceRefreshTokenTTL: false })

describe('refresh token idle limit', () => {
  const votes = {
    'a token used yesterday is allowed': [refresh('2026-01-02'), on, 'allow'],
    'SF-207: exactly thirty days is still allowed': [refresh('2026-01-31'), on, 'allow'],
    'one millisecond more is denied': [refresh('2026-01-31T00:00:00.001Z'), on, 'deny'],
    'a clock that went back makes nobody idle': [refresh('2025-01-01'), on, 'allow'],
    'the exchange of a code is none of its business': [exchanging({ now: late }), on, 'abstain'],
    'the caller is none of its business': [calling({ now: late }), on, 'abstain'],
    'an authorization is none of its business': [authorizing({ now: late }), on, 'abstain'],
    'the switch turned off means no opinion': [refresh('2027-01-01'), off, 'abstain'],
  } as const
  for (const [sentence, [request, bound, kind]] of Object.entries(votes))
    test(sentence, () => equal(bound.guard?.(request).kind, kind))

  test('SF-182: a denial is final, and says what it saw', () =>
    deepEqual(on.guard?.(refresh('2026-02-10')), {
      kind: 'deny',
      code: 'TOKEN_IDLE',
      saw: { idle: days(40), limit: days(30) },
      ends: 'grant',
    }))

  test('SF-205: the limit slides with use and never passes an earlier expiry', () => {
    const expiry = (refreshTokenExpiresAt: ReturnType<typeof instant> | 'never') =>
      on.terms?.({ ...widestTerms, refreshTokenExpiresAt }, refresh('2026-01-10')).refreshTokenExpiresAt
    equal(expiry('never'), instant('2026-02-09'))
    equal(expiry(instant('2026-01-20')), instant('2026-01-20'))
    equal(off.terms?.(widestTerms, refresh('2026-01-10')).refreshTokenExpiresAt, 'never')
  })

  test('SF-208: a redemption after the 25th day signals a late heartbeat', () => {
    deepEqual(on.signals?.(refresh('2026-01-27')), [{ kind: 'heartbeat-late', idle: days(26) }])
    deepEqual(on.signals?.(refresh('2026-01-26')), [])
    deepEqual(on.signals?.(calling({ now: late })), [])
    deepEqual(off.signals?.(refresh('2026-01-27')), [])
  })

  const defaults: Record<AppKind, unknown> = { externalClientApp: days(30), connectedApp: 'none' }
  for (const [kind, limit] of Object.entries(defaults))
    test(`left out, it is ${limit === 'none' ? 'off' : 'on'} for ${kind}, and a value given wins`, () => {
      const context = contextOf(kind as AppKind)
      deepEqual(policy.parse({}, context), { ok: true, value: { limit } })
      deepEqual(policy.parse({ isEnforceRefreshTokenTTL: true }, context), { ok: true, value: { limit: days(30) } })
      deepEqual(policy.parse({ isEnforceRefreshTokenTTL: false }, context), { ok: true, value: { limit: 'none' } })
    })

  const periods = {
    'thirty days do not outlast it': [{ period: 30, unit: 'Days' }, false],
    '720 hours are thirty days': [{ period: 720, unit: 'Hours' }, false],
    '721 hours outlast it': [{ period: 721, unit: 'Hours' }, true],
    '31 days outlast it': [{ period: 31, unit: 'Days' }, true],
    'a month can have 31 days, so it outlasts it': [{ period: 1, unit: 'Months' }, true],
  } as const
  for (const [sentence, [inactivity, outlasts]] of Object.entries(periods))
    test(`SF-206: ${sentence}`, () => equal(inactivityOutlastsIdleLimit(inactivity), outlasts))
})
