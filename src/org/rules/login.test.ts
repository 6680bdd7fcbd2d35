import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from '../../ip/address.ts'
import { compileRanges } from '../../ip/matcher.ts'
import { parseRange } from '../../ip/range.ts'
import type { SourceAddress } from '../../ip/source-address.ts'
import { activationIsDue, refusedLogin, type ActivationQuestion, type LoginAttempt } from './login.ts'

const active = { username: 'a', isActive: true }
const inactive = { username: 'a', isActive: false }

describe('a login attempt', () => {
  const attempts: Record<string, [LoginAttempt, string | undefined]> = {
    'with the right password is good': [{ user: active, limited: undefined }, undefined],
    'with a wrong one is refused': [{ user: undefined, limited: undefined }, 'PASSWORD_WRONG'],
    'of an inactive user is refused': [{ user: inactive, limited: undefined }, 'USER_INACTIVE'],
    'beyond the limit is refused, right or not': [{ user: active, limited: 'failures' }, 'LOGIN_TOO_MANY_FAILURES'],
    'beyond the limit does not tell a wrong password': [
      { user: undefined, limited: 'failures' },
      'LOGIN_TOO_MANY_FAILURES',
    ],
    'beyond the rate is refused': [{ user: active, limited: 'rate' }, 'LOGIN_RATE_EXCEEDED'],
    'of an inactive user beyond the rate is told of the user': [{ user: inactive, limited: 'rate' }, 'USER_INACTIVE'],
  }
  for (const [sentence, [attempt, code]] of Object.entries(attempts))
    test(sentence, () => equal(refusedLogin(attempt)?.code, code))
})

describe('device activation', () => {
  const question = (change: Partial<ActivationQuestion> = {}): ActivationQuestion => ({
    ...{ from: from('192.0.2.7'), deviceIsKnown: false, deviceActivation: 'on', trustedRangesSkip: true },
    trustedRanges: ranges('192.0.2.100', '192.0.2.200'),
    ...change,
  })
  const questions: Record<string, [ActivationQuestion, boolean]> = {
    'is due for an unknown browser outside the trusted ranges (SF-315)': [question(), true],
    'is not due for a known browser': [question({ deviceIsKnown: true }), false],
    'is not due inside a trusted range (SF-150)': [question({ from: from('192.0.2.100') }), false],
    'is due inside where the ranges do not skip it (SF-151)': [
      question({ from: from('192.0.2.100'), trustedRangesSkip: false }),
      true,
    ],
    'is never due where it is off': [question({ deviceActivation: 'off' }), false],
    'looks at the address that decides, not at one that is claimed': [
      question({ from: { ...from('192.0.2.7'), claimed: '192.0.2.100' } }),
      true,
    ],
  }
  for (const [sentence, [asked, due]] of Object.entries(questions))
    test(sentence, () => equal(activationIsDue(asked), due))
})

function from(text: string): SourceAddress {
  const address = parseAddress(text)
  ok(address.ok)
  return { address: address.value, via: 'peer', peer: address.value }
}

function ranges(start: string, end: string): ActivationQuestion['trustedRanges'] {
  const range = parseRange(start, end)
  ok(range.ok)
  return compileRanges([range.value])
}
