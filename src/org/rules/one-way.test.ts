import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fields } from './fields.ts'
import { switchedOff } from './one-way.ts'
import { contextOf } from './questions-for-tests.ts'

const range = { startIpAddress: '192.0.2.7', endIpAddress: '192.0.2.7' }
const all: Fields = {
  isPkceRequired: true,
  isRefreshTokenRotationEnabled: true,
  enforceRefreshTokenIpAllowlist: true,
  tokenIpRanges: [range],
}
const context = contextOf('externalClientApp')

/** What was, what is to be, and the fields that are refused. */
const changes: Record<string, readonly [Fields, Fields, readonly string[]]> = {
  'SF-98: PKCE cannot be switched off': [all, { ...all, isPkceRequired: false }, ['isPkceRequired']],
  'SF-196: nor can rotation': [
    all,
    { ...all, isRefreshTokenRotationEnabled: false },
    ['isRefreshTokenRotationEnabled'],
  ],
  'SF-147: nor can the allowlist': [
    all,
    { ...all, enforceRefreshTokenIpAllowlist: false },
    ['enforceRefreshTokenIpAllowlist'],
  ],
  'SF-147: its ranges stay editable, to the last one': [all, { ...all, tokenIpRanges: [] }, []],
  'a switch that is left out is what its default says: on': [
    { isPkceRequired: undefined },
    { isPkceRequired: false },
    ['isPkceRequired'],
  ],
  'leaving a switch out that was on by itself changes nothing': [all, { ...all, isPkceRequired: undefined }, []],
  'an allowlist that was on by its ranges goes off with the last of them': [
    { tokenIpRanges: [range] },
    { tokenIpRanges: [] },
    ['enforceRefreshTokenIpAllowlist'],
  ],
  'what was off may stay off': [{ isPkceRequired: false }, { isPkceRequired: false }, []],
  'and may be switched on': [{ isPkceRequired: false }, all, []],
  'each control is named': [
    all,
    { isPkceRequired: false, isRefreshTokenRotationEnabled: false, enforceRefreshTokenIpAllowlist: false },
    ['enforceRefreshTokenIpAllowlist', 'isPkceRequired', 'isRefreshTokenRotationEnabled'],
  ],
  'the idle limit and the secret are no one-way controls': [
    all,
    { ...all, isEnforceRefreshTokenTTL: false, isSecretRequiredForRefreshToken: false },
    [],
  ],
}

describe('controls that are one-way', () => {
  for (const [sentence, [before, after, refused]] of Object.entries(changes))
    test(sentence, () =>
      deepEqual(
        switchedOff(before, after, context).map(({ field }) => field),
        refused,
      ),
    )

  test('SF-98: that the org requires PKCE does not make the app’s own switch free', () =>
    deepEqual(switchedOff(all, { ...all, isPkceRequired: false }, { ...context, orgRequiresPkce: true }).length, 1))
})
