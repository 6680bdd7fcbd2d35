import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { grantId, organizationId, sequence } from '../../values/domain.ts'
import { instant } from '../../values/time.ts'
import {
  looksLikeAccessToken,
  mintAccessToken,
  readAccessToken,
  scopeBits,
  scopesOfBits,
  type AccessTokenClaims,
} from './access-token.ts'
import { openKeyring, type Keyring, type KeyState } from './keyring.ts'

const keyringOf = (...states: readonly KeyState[]): Keyring => {
  const tagKeys = states.map((state, i) => ({ id: i + 1, state, key: Buffer.alloc(32, i + 1).toString('base64url') }))
  const opened = openKeyring({
    tagKeys,
    sealKeys: [{ id: 1, state: 'active', key: Buffer.alloc(32, 9).toString('base64url') }],
  })
  if (!opened.ok) throw new Error(opened.fault)
  return opened.value
}
const keyring = keyringOf('active')
const organization = organizationId('00D000000000001EAA')
const claims: AccessTokenClaims = {
  grant: grantId('00112233445566778899aabbccddeeff'),
  sequence: sequence(5),
  issuedAt: instant('2026-01-01T12:34:56.789Z'),
  scopes: 5,
}
const text = mintAccessToken(organization, claims, keyring)
const read = (token: string, ring = keyring) => readAccessToken(organization, token, ring)

describe('an access token', () => {
  test('SF-03: is the org’s 15 characters, an exclamation mark and something opaque', () =>
    match(text, /^00D000000000001![A-Za-z0-9_-]{67}$/))

  test('P-10: carries grant, sequence, instant and scopes', () => deepEqual(read(text), claims))

  test('carries the largest of each', () => {
    const largest: AccessTokenClaims = {
      ...{ grant: grantId('f'.repeat(32)), sequence: sequence(2 ** 32 - 1) },
      ...{ issuedAt: instant('9999-12-31'), scopes: 2 ** 48 - 1 },
    }
    deepEqual(read(mintAccessToken(organization, largest, keyring)), largest)
  })

  test('a flipped bit anywhere is junk', () => {
    const bytes = Buffer.from(text.slice(16), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      equal(read(`${text.slice(0, 16)}${flipped.toString('base64url')}`), undefined, `bit ${bit}`)
    }
  })

  test('another spelling of the same bytes is junk', () => {
    const bytes = Buffer.from(text.slice(16), 'base64url')
    let respelled = 0
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const other = text.slice(0, -1) + last
      if (other === text || !Buffer.from(other.slice(16), 'base64url').equals(bytes)) continue
      respelled += 1
      equal(read(other), undefined)
    }
    equal(respelled, 3)
    for (const around of [`${text} `, ` ${text}`, `${text}=`, text.replace('!', '.')]) equal(read(around), undefined)
  })

  test('of another org is junk', () => {
    const other = organizationId('00D000000000002EAA')
    equal(readAccessToken(other, text, keyring), undefined)
    equal(looksLikeAccessToken(other, text), false)
    equal(looksLikeAccessToken(organization, text), true)
    equal(looksLikeAccessToken(organization, '5Aep861'), false)
  })

  test('P-09: a retired key still verifies; under a compromised one a forger could have made it', () => {
    deepEqual(read(text, keyringOf('retired', 'active')), claims)
    equal(read(text, keyringOf('compromised', 'active')), undefined)
  })

  test('whatever text comes, reading never throws', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 120 }), (junk) => {
        equal(read(junk), undefined)
        equal(read(`00D000000000001!${junk}`), undefined)
      }),
      { numRuns: 200 },
    ))
})

describe('the scopes in an access token', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 48 })

  test('come back as they were, in the grant’s order', () =>
    fc.assert(
      fc.property(
        names.chain((all) => fc.record({ all: fc.constant(all), subset: fc.shuffledSubarray(all) })),
        ({ all, subset }) => {
          const bits = scopeBits(subset, all)
          deepEqual(
            scopesOfBits(bits, all),
            all.filter((scope) => subset.includes(scope)),
          )
          deepEqual(read(mintAccessToken(organization, { ...claims, scopes: bits }, keyring))?.scopes, bits)
        },
      ),
      { numRuns: 100 },
    ))

  test('all of them have every bit, whether given as the same list or as a copy', () => {
    const all = Array.from({ length: 40 }, (_, i) => `scope${i}`)
    equal(scopeBits(all, all), 2 ** 40 - 1)
    equal(scopeBits([...all], all), 2 ** 40 - 1)
  })

  test('what the grant does not have gets no bit', () => equal(scopeBits(['web'], ['api', 'id']), 0))

  test('beyond the 48th there is no room, and none is made up', () => {
    const all = Array.from({ length: 60 }, (_, i) => `scope${i}`)
    equal(scopeBits(all, all), 2 ** 48 - 1)
    equal(scopeBits([...all], all), 2 ** 48 - 1)
    deepEqual(scopesOfBits(2 ** 48 - 1, all), all.slice(0, 48))
  })
})
