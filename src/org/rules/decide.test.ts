import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant } from '../../values/time.ts'
import type { Request } from './app.ts'
import { decide, explainTrace, termsOf } from './decide.ts'
import type { Bound, PolicySettings, Vote } from './policy.ts'
import { abstain, allow, deny, denyForGood } from './policy.ts'
import {
  authorizing,
  calling,
  exchanging,
  refreshing,
  sampleApp,
  sampleCode,
  sampleGrant,
} from './questions-for-tests.ts'

const voting = (id: string, vote: Vote): Bound => ({
  ...mute,
  id,
  silent: { policy: id, vote: 'abstain' },
  guard: () => vote,
})
const mute: Bound = {
  id: 'mute',
  silent: { policy: 'mute', vote: 'abstain' },
  guard: undefined,
  terms: undefined,
  signals: undefined,
}
const yes = voting('yes', allow({ seen: 1 }))
const no = voting('no', deny('SOURCE_NOT_ALLOWED', { from: '192.0.2.1' }))
const final = voting('final', denyForGood('TOKEN_IDLE', { idle: 9 }))
const unproven = voting('unproven', deny('CLIENT_SECRET_MISSING', { app: 'Billing' }))
const silent = voting('silent', abstain)

const switchedOff = { ...sampleApp, isEnabled: false }
const inactive = { ...sampleGrant.user, isActive: false }
const refused = (request: Request, policies: PolicySettings): string => {
  const decision = decide(request, policies)
  return decision.kind === 'refused' ? `${decision.policy} ${decision.refusal.code}` : 'allowed'
}

describe('a decision', () => {
  const decisions: Record<string, [Request, PolicySettings, string]> = {
    'nobody objects': [refreshing(), [yes, silent, mute], 'allowed'],
    'no policy at all': [refreshing(), [], 'allowed'],
    'one objection is enough': [refreshing(), [yes, no, yes], 'no SOURCE_NOT_ALLOWED'],
    'the first objection decides': [refreshing(), [no, final], 'no SOURCE_NOT_ALLOWED'],
    'an app that is switched off is refused': [calling({ app: switchedOff }), [yes], 'app-enabled APP_NOT_ENABLED'],
    'SF-22: that comes before the address': [calling({ app: switchedOff }), [no], 'app-enabled APP_NOT_ENABLED'],
    'SF-22: but behind the proof of the client': [
      calling({ app: switchedOff }),
      [unproven, no],
      'unproven CLIENT_SECRET_MISSING',
    ],
    'an app that is switched off is refused at authorize': [
      authorizing({ app: switchedOff }),
      [],
      'app-enabled APP_NOT_ENABLED',
    ],
    'SF-68: a refresh for an inactive user is refused': [
      refreshing({ grant: { ...sampleGrant, user: inactive } }),
      [yes],
      'user-active USER_INACTIVE',
    ],
    'SF-68: a code of an inactive user is refused': [
      exchanging({ code: { ...sampleCode, user: inactive } }),
      [],
      'user-active USER_INACTIVE',
    ],
    'SF-22: an expired token comes before an inactive user': [
      refreshing({ grant: { ...sampleGrant, user: inactive } }),
      [final],
      'final TOKEN_IDLE',
    ],
  }
  for (const [sentence, [request, policies, wanted]] of Object.entries(decisions))
    test(sentence, () => equal(refused(request, policies), wanted))

  test('a refusal is the code, what was seen, and whether it is final; nothing else', () => {
    const once = decide(refreshing(), [no])
    deepEqual(once.kind === 'refused' && once.refusal, { code: 'SOURCE_NOT_ALLOWED', saw: { from: '192.0.2.1' } })
    const forGood = decide(refreshing(), [final])
    deepEqual(forGood.kind === 'refused' && forGood.refusal, { code: 'TOKEN_IDLE', saw: { idle: 9 }, ends: 'grant' })
  })

  test('an app that is switched off ends no grant, even where a policy would', () => {
    const decision = decide(refreshing({ app: switchedOff }), [final])
    equal(decision.kind === 'refused' && decision.refusal.ends, undefined)
  })

  test('the trace holds everybody who was asked, also behind the first objection', () => {
    const { trace } = decide(refreshing({ grant: { ...sampleGrant, user: inactive } }), [yes, no, mute, silent, final])
    deepEqual(trace, [
      { policy: 'yes', vote: 'allow', saw: { seen: 1 } },
      { policy: 'no', vote: 'deny', code: 'SOURCE_NOT_ALLOWED', saw: { from: '192.0.2.1' } },
      { policy: 'silent', vote: 'abstain' },
      { policy: 'final', vote: 'deny', code: 'TOKEN_IDLE', saw: { idle: 9 } },
      { policy: 'user-active', vote: 'deny', code: 'USER_INACTIVE', saw: { user: 'ada@example.com' } },
    ])
  })

  test('signals are raised only by what is allowed', () => {
    const late: Bound = { ...mute, signals: () => [{ kind: 'heartbeat-late', idle: 1 as never }] }
    const allowed = decide(refreshing(), [late, mute])
    equal(allowed.kind === 'allowed' && allowed.signals.length, 1)
    equal('signals' in decide(refreshing(), [late, no]), false)
  })

  test('terms fold in the order of the list', () => {
    const end = instant('2026-02-01')
    const keeps = (id: string, approvalsKept: number): Bound => ({
      ...{ ...mute, id },
      terms: (terms) => ({ ...terms, approvalsKept: Math.min(terms.approvalsKept, approvalsKept) }),
    })
    const ends: Bound = { ...mute, terms: (terms) => ({ ...terms, refreshTokenExpiresAt: end, rotate: true }) }
    deepEqual(termsOf(refreshing(), [keeps('a', 5), mute, ends, keeps('b', 7)]), {
      ...{ rotate: true, refreshTokenExpiresAt: end, approvalsKept: 5 },
    })
    deepEqual(termsOf(refreshing(), []), {
      ...{ rotate: false, refreshTokenExpiresAt: 'never', approvalsKept: Number.MAX_SAFE_INTEGER },
    })
  })

  test('the explanation leaves out who had no opinion and says what an objection means', () => {
    const app = { ...sampleApp, isEnabled: false }
    deepEqual(explainTrace(decide(refreshing({ app }), [yes, silent]).trace), [
      'yes: allow',
      'app-enabled: deny, Billing is switched off in this org.',
    ])
  })
})
