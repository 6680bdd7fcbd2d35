import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hours, instant, minutes } from '../../values/time.ts'
import {
  accessTokenEnd,
  judgeAccessToken,
  opensRestApi,
  seesOtherUsers,
  type AccessTokenFacts,
  type AccessTokenTerms,
} from './access-token.ts'

const at = (time: string) => instant(`2026-01-01T${time}Z`)
const fresh: AccessTokenFacts = {
  issuedAt: at('10:00:00'),
  grant: { ended: undefined, notBefore: at('10:00:00'), epoch: 0, userIsActive: true },
  own: undefined,
}
const slid = { ...fresh, own: { revoked: false, endsAt: at('13:30:00') } }
const grant = (changes: Partial<AccessTokenFacts['grant']>) => ({ ...fresh, grant: { ...fresh.grant, ...changes } })
const terms = (time: string, changes: Partial<AccessTokenTerms> = {}): AccessTokenTerms => ({
  now: at(time),
  timeout: hours(2),
  sliding: true,
  appIsEnabled: true,
  epoch: { current: 0, olderGrants: 'refuse' },
  ...changes,
})

const live = (endsAt: string, slidesTo?: string) => ({
  kind: 'live',
  endsAt: at(endsAt),
  slidesTo: slidesTo === undefined ? undefined : at(slidesTo),
})
const dead = (why: string) => ({ kind: 'dead', why })
const newEpoch = (olderGrants: 'refuse' | 'accept-newer-once') => ({ epoch: { current: 1, olderGrants } })

describe('an access token', () => {
  const table: Record<string, [AccessTokenFacts, AccessTokenTerms, object]> = {
    'lives for the session timeout of its app from its issue': [fresh, terms('10:30:00'), live('12:00:00')],
    'is not renewed by a use in the first half of its life': [fresh, terms('11:00:00'), live('12:00:00')],
    'is renewed by a use in the second half': [fresh, terms('11:00:01'), live('12:00:00', '13:00:01')],
    'is not renewed where sessions do not slide': [fresh, terms('11:59:59', { sliding: false }), live('12:00:00')],
    'is dead at the very end of its life': [fresh, terms('12:00:00'), dead('expired')],
    'is alive a millisecond before its end': [fresh, terms('11:59:59.999'), live('12:00:00', '13:59:59.999')],
    'lives to the end that its row has where it slid': [slid, terms('12:10:00'), live('13:30:00')],
    'slides again from there': [slid, terms('13:00:00'), live('13:30:00', '15:00:00')],
    'has its fixed life again where sliding was switched off': [
      slid,
      terms('12:10:00', { sliding: false }),
      dead('expired'),
    ],
    'dies with its grant': [grant({ ended: 'replayed' }), terms('10:01:00'), dead('grant-ended')],
    'is dead where its grant demands later ones': [
      grant({ notBefore: at('10:00:01') }),
      terms('10:01:00'),
      dead('before-not-before'),
    ],
    'is dead where it was revoked alone, and its grant lives': [
      { ...fresh, own: { revoked: true, endsAt: at('12:00:00') } },
      terms('10:01:00'),
      dead('revoked'),
    ],
    'P-08: is dead where the grants of an older epoch are refused': [
      fresh,
      terms('10:01:00', newEpoch('refuse')),
      dead('epoch'),
    ],
    'P-08: lives on where the grants of an older epoch go on': [
      fresh,
      terms('10:01:00', newEpoch('accept-newer-once')),
      live('12:00:00'),
    ],
    'is refused, not dead, where its app is switched off': [
      fresh,
      terms('10:01:00', { appIsEnabled: false }),
      { kind: 'not-allowed', why: 'app-not-enabled' },
    ],
    'is refused, not dead, where its user is inactive': [
      grant({ userIsActive: false }),
      terms('10:01:00'),
      { kind: 'not-allowed', why: 'user-inactive' },
    ],
    'is dead rather than refused where both hold': [fresh, terms('12:00:01', { appIsEnabled: false }), dead('expired')],
    'follows a timeout that was shortened meanwhile': [
      fresh,
      terms('10:20:00', { timeout: minutes(15) }),
      dead('expired'),
    ],
  }
  for (const [sentence, [facts, under, expected]] of Object.entries(table))
    test(sentence, () => deepEqual(judgeAccessToken(facts, under), expected))

  test('never ends before its fixed life because of an older row', () => {
    const early = { ...fresh, own: { revoked: false, endsAt: at('11:00:00') } }
    equal(accessTokenEnd(early, { timeout: hours(2), sliding: true }), at('12:00:00'))
  })
})

describe('scopes', () => {
  const table = {
    'api, web and full open the REST API': [['api'], ['id', 'web'], ['full']],
    'nothing else does': [['id'], ['openid', 'chatter_api'], ['refresh_token'], []],
  } as const
  for (const [sentence, sets] of Object.entries(table))
    test(sentence, () => {
      for (const scopes of sets) equal(opensRestApi(scopes), !sentence.startsWith('nothing'), scopes.join(' '))
    })

  test('a token asks about other users with api or full, not with web', () => {
    deepEqual([['api'], ['full'], ['web'], ['id']].map(seesOtherUsers), [true, true, false, false])
  })
})
