import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, instant } from '../../../values/time.ts'
import type { FieldName, Fields } from '../fields.ts'
import {
  authorizing,
  boundTo,
  calling,
  contextOf,
  exchanging,
  refreshing,
  refreshingAt,
  voteOf,
  widestTerms,
} from '../questions-for-tests.ts'
import { refreshTokenPolicy as policy, type RefreshTokenPolicy } from './refresh-token-policy.ts'

const eca = contextOf('externalClientApp')
const connected = contextOf('connectedApp')
const authorizedAt = instant('2026-01-31T12:00:00Z')
const lastUsedAt = instant('2026-03-01T12:00:00Z')
const at = (now: string) => refreshingAt(instant(now), { authorizedAt, lastUsedAt })

const lifetime = (period: number, unit: 'Hours' | 'Days' | 'Months'): Fields => ({
  refreshTokenPolicyType: 'SpecificLifetime',
  refreshTokenValidityPeriod: period,
  refreshTokenValidityUnit: unit,
})
const inactivity = (period: number, unit: 'Hours' | 'Days' | 'Months'): Fields => ({
  ...lifetime(period, unit),
  refreshTokenPolicyType: 'SpecificInactivity',
})
const infinite: Fields = { refreshTokenPolicyType: 'Infinite' }
const zero: Fields = { refreshTokenPolicyType: 'Zero' }

describe('refresh token policy', () => {
  const votes = {
    'SF-177: infinite allows after a hundred years': [infinite, at('2126-01-01'), 'allow'],
    'SF-178: zero denies at once': [zero, at('2026-03-01T12:00:00Z'), 'deny'],
    'SF-183: a fixed life allows a use at exactly its end': [lifetime(60, 'Days'), at('2026-04-01T12:00:00Z'), 'allow'],
    'a fixed life denies one millisecond later': [lifetime(60, 'Days'), at('2026-04-01T12:00:00.001Z'), 'deny'],
    'SF-184: a fixed life counts from the authorization, whatever the last use': [
      lifetime(2, 'Hours'),
      at('2026-03-01T12:00:00Z'),
      'deny',
    ],
    'SF-183: a month from January 31 ends with February': [lifetime(1, 'Months'), at('2026-02-28T12:00:00Z'), 'allow'],
    'and not later': [lifetime(1, 'Months'), at('2026-02-28T12:00:00.001Z'), 'deny'],
    'SF-179: inactivity counts from the last exchange': [inactivity(7, 'Days'), at('2026-03-08T12:00:00Z'), 'allow'],
    'inactivity denies one millisecond later': [inactivity(7, 'Days'), at('2026-03-08T12:00:00.001Z'), 'deny'],
    'SF-181: the caller is asked nothing': [zero, calling(), 'abstain'],
    'SF-185: the exchange of a code is asked nothing, under zero too': [zero, exchanging(), 'abstain'],
    'an authorization is asked nothing': [zero, authorizing(), 'abstain'],
  } as const
  for (const [sentence, [fields, request, kind]] of Object.entries(votes))
    test(sentence, () => equal(voteOf(policy, fields, request).kind, kind))

  test('SF-182: a fixed life that has passed is final, and says what it saw', () => {
    const now = instant('2026-05-01')
    const until = instant('2026-04-01T12:00:00Z')
    const saw = { policy: 'lifetime 60 Days', until, now, app: 'Billing' }
    deepEqual(voteOf(policy, lifetime(60, 'Days'), at('2026-05-01')), {
      ...{ kind: 'deny', code: 'TOKEN_EXPIRED', saw, ends: 'grant' },
    })
  })

  test('SF-182: too long without use is final, and says how long and how long is allowed', () => {
    const now = instant('2026-03-11T12:00:00Z')
    const until = instant('2026-03-08T12:00:00Z')
    const saw = { policy: 'inactivity 7 Days', until, now, app: 'Billing', idle: days(10), limit: days(7) }
    deepEqual(voteOf(policy, inactivity(7, 'Days'), at('2026-03-11T12:00:00Z')), {
      ...{ kind: 'deny', code: 'TOKEN_NOT_USED_FOR_TOO_LONG', saw, ends: 'grant' },
    })
  })

  test('zero says which app sets it', () =>
    deepEqual(voteOf(policy, zero, refreshing()), {
      ...{ kind: 'deny', code: 'TOKEN_EXPIRES_IMMEDIATELY', saw: { app: 'Billing', policy: 'zero' } },
    }))

  const ends = {
    'infinite never ends': [infinite, 'never'],
    'zero ends at once': [zero, instant('2026-03-05')],
    'a fixed life ends with the authorization, not with the use': [lifetime(60, 'Days'), instant('2026-04-01T12:00Z')],
    'inactivity starts anew with this use': [inactivity(7, 'Days'), instant('2026-03-12')],
  } as const
  for (const [sentence, [fields, end]] of Object.entries(ends))
    test(`terms: ${sentence}`, () =>
      equal(boundTo(policy, fields).terms?.(widestTerms, at('2026-03-05')).refreshTokenExpiresAt, end))

  test('terms: of a fresh grant, a fixed life counts from now', () => {
    const terms = boundTo(policy, lifetime(2, 'Days')).terms?.(widestTerms, exchanging({ now: instant('2026-03-05') }))
    equal(terms?.refreshTokenExpiresAt, instant('2026-03-07'))
  })

  test('terms: zero leaves an end that has already passed', () => {
    const before = { ...widestTerms, refreshTokenExpiresAt: instant('2026-03-01') }
    equal(boundTo(policy, zero).terms?.(before, at('2026-03-05')).refreshTokenExpiresAt, instant('2026-03-01'))
  })
})

describe('the fields of the refresh token policy', () => {
  const parsed = {
    'SF-186: an External Client App that says nothing: 365 days': [{}, eca, timed('lifetime', 365, 'Days')],
    'SF-177: a Connected App that says nothing: until revoked': [{}, connected, { kind: 'infinite' }],
    'Infinite': [infinite, eca, { kind: 'infinite' }],
    'Zero': [zero, eca, { kind: 'zero' }],
    'SpecificLifetime': [lifetime(90, 'Days'), eca, timed('lifetime', 90, 'Days')],
    'SpecificInactivity': [inactivity(3, 'Months'), eca, timed('inactivity', 3, 'Months')],
    'a period without unit is in days': [
      { refreshTokenPolicyType: 'SpecificLifetime', refreshTokenValidityPeriod: 9 },
      eca,
      timed('lifetime', 9, 'Days'),
    ],
    'SF-259: infinite': [{ refreshTokenPolicy: 'infinite' }, connected, { kind: 'infinite' }],
    'SF-259: zero': [{ refreshTokenPolicy: 'zero' }, connected, { kind: 'zero' }],
    'SF-259: specific_lifetime:90:DAYS': [
      { refreshTokenPolicy: 'specific_lifetime:90:DAYS' },
      connected,
      timed('lifetime', 90, 'Days'),
    ],
    'SF-259: specific_lifetime:60:MONTHS': [
      { refreshTokenPolicy: 'specific_lifetime:60:MONTHS' },
      connected,
      timed('lifetime', 60, 'Months'),
    ],
    'SF-259: specific_inactivity:12:HOURS': [
      { refreshTokenPolicy: 'specific_inactivity:12:HOURS' },
      connected,
      timed('inactivity', 12, 'Hours'),
    ],
    'the fields of the other kind mean nothing': [
      { ...zero, refreshTokenPolicy: 'infinite' },
      connected,
      { kind: 'infinite' },
    ],
    'and the other way round': [{ ...infinite, refreshTokenPolicy: 'zero' }, eca, { kind: 'infinite' }],
  } as const
  for (const [sentence, [fields, context, value]] of Object.entries(parsed))
    test(`reads ${sentence}`, () => deepEqual(policy.parse(fields, context), { ok: true, value }))

  test('ecaDefaults.refreshTokenPolicy changes the life that is left out', () => {
    const configuration = { ...eca.configuration, ecaDefaults: { refreshTokenPolicyDays: 30, rotation: true } }
    deepEqual(policy.parse({}, { ...eca, configuration }), { ok: true, value: timed('lifetime', 30, 'Days') })
  })

  const refused: Record<string, [Fields, typeof eca, FieldName]> = {
    'a life without a period': [{ refreshTokenPolicyType: 'SpecificLifetime' }, eca, 'refreshTokenValidityPeriod'],
    'a period of nothing': [lifetime(0, 'Days'), eca, 'refreshTokenValidityPeriod'],
    'half a day': [lifetime(0.5, 'Days'), eca, 'refreshTokenValidityPeriod'],
    'more than a hundred years': [lifetime(36_501, 'Days'), eca, 'refreshTokenValidityPeriod'],
    'a type that Salesforce does not have': [
      { ...lifetime(1, 'Days'), refreshTokenPolicyType: 'Forever' } as unknown as Fields,
      eca,
      'refreshTokenPolicyType',
    ],
    'a unit that Salesforce does not have': [
      { ...lifetime(1, 'Days'), refreshTokenValidityUnit: 'Weeks' } as unknown as Fields,
      eca,
      'refreshTokenValidityUnit',
    ],
    'a grammar of its own': [{ refreshTokenPolicy: 'specific_lifetime:90:WEEKS' }, connected, 'refreshTokenPolicy'],
    'a grammar with something behind it': [
      { refreshTokenPolicy: 'specific_lifetime:90:DAYS ' },
      connected,
      'refreshTokenPolicy',
    ],
    'a period of nothing in the grammar': [
      { refreshTokenPolicy: 'specific_lifetime:0:DAYS' },
      connected,
      'refreshTokenPolicy',
    ],
    'the empty text': [{ refreshTokenPolicy: '' }, connected, 'refreshTokenPolicy'],
  }
  for (const [sentence, [fields, context, field]] of Object.entries(refused))
    test(`refuses ${sentence}, naming ${field}`, () => {
      const result = policy.parse(fields, context)
      deepEqual(result.ok ? 'parsed' : result.fault.map((each) => each.field), [field])
    })

  const saves: Record<string, [Fields, typeof eca, readonly FieldName[]]> = {
    'an inactivity period longer than the idle limit is refused': [
      inactivity(60, 'Days'),
      eca,
      ['refreshTokenValidityPeriod'],
    ],
    'a month may be longer than the idle limit, so it is refused': [
      inactivity(1, 'Months'),
      eca,
      ['refreshTokenValidityPeriod'],
    ],
    'in a Connected App it is the grammar that is too long': [
      { refreshTokenPolicy: 'specific_inactivity:60:DAYS', isEnforceRefreshTokenTTL: true },
      connected,
      ['refreshTokenPolicy'],
    ],
    'exactly thirty days may be saved': [inactivity(30, 'Days'), eca, []],
    'with the idle limit off any period may be saved': [
      { ...inactivity(60, 'Days'), isEnforceRefreshTokenTTL: false },
      eca,
      [],
    ],
    'a Connected App has the limit off unless it says so': [
      { refreshTokenPolicy: 'specific_inactivity:60:DAYS' },
      connected,
      [],
    ],
    'a fixed life of a year may be saved': [lifetime(12, 'Months'), eca, []],
    'infinite may be saved': [infinite, eca, []],
    'what cannot be read is the parser’s to refuse': [lifetime(0, 'Days'), eca, []],
  }
  for (const [sentence, [fields, context, named]] of Object.entries(saves))
    test(`SF-206: ${sentence}`, () =>
      deepEqual(
        policy.save?.(fields, context).map(({ field }) => field),
        named,
      ))
})

function timed(kind: 'lifetime' | 'inactivity', period: number, unit: 'Hours' | 'Days' | 'Months'): RefreshTokenPolicy {
  return { kind, period, unit }
}
