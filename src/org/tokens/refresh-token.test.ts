import { deepEqual, equal, match, notEqual, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { generation, grantId } from '../../values/domain.ts'
import { instant, isoText } from '../../values/time.ts'
import { openKeyring, type Keyring, type KeyState } from './keyring.ts'
import { sha256Hex } from './mac.ts'
import { looksLikeRefreshToken, mintRefreshToken, readRefreshToken } from './refresh-token.ts'

const keyringOf = (...states: readonly KeyState[]): Keyring => {
  const entries = states.map((state, i) => ({ id: i + 1, state, key: Buffer.alloc(32, i + 1).toString('base64url') }))
  const sealKeys = [{ id: 1, state: 'active' as const, key: Buffer.alloc(32, 9).toString('base64url') }]
  const opened = openKeyring({ tagKeys: entries, sealKeys })
  if (!opened.ok) throw new Error(opened.fault)
  return opened.value
}
const keyring = keyringOf('active')
let drawn = 0
const random = (count: number): Uint8Array =>
  new Uint8Array(count).map(() => (drawn = (drawn * 75 + 74) % 65_537) & 255)
const grant = grantId('00112233445566778899aabbccddeeff')
const issued = instant('2026-01-10T12:34:56Z')
const terms = { keyring, random, clock: () => issued }
const mint = (nth = 0, ring = keyring) => mintRefreshToken(grant, generation(nth), { ...terms, keyring: ring })
/** One in whose text a character stands that base64 and base64url write differently. */
const spelledBothWays = () => {
  for (let nth = 0; nth < 100; nth += 1) {
    const minted = mint(nth)
    if (/[-_]/.test(minted.text)) return minted
  }
  throw new Error('none of a hundred tokens has such a character')
}
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('a refresh token', () => {
  test('SF-04: fits the CLI’s auth URL, and SF-05: starts as Salesforce’s do', () => {
    match(mint().text, /^[A-Za-z0-9._-]+={0,2}$/)
    match(mint().text, /^5Aep861/)
    equal(looksLikeRefreshToken(mint().text), true)
    equal(looksLikeRefreshToken('00D000000000001!abc'), false)
  })

  test('read again it tells its grant, generation, hash and key', () => {
    const minted = mint(7)
    deepEqual(readRefreshToken(minted.text, keyring), {
      ...{ grant, generation: 7, hash: minted.hash, keyState: 'active' },
      issuedOn: instant('2026-01-10'),
    })
    equal(minted.hash, sha256Hex(minted.text))
    equal(minted.keyId, 1)
  })

  test('generations go up to 2^32 - 1, and no further', () => {
    const last = 2 ** 32 - 1
    equal(readRefreshToken(mint(last).text, keyring)?.generation, last)
    throws(() => mint(last + 1), RangeError)
  })

  test('tells the day on which it was issued, the last one that it can tell included', () => {
    const dayOf = (at: string) => {
      const { text } = mintRefreshToken(grant, generation(0), { ...terms, clock: () => instant(at) })
      return isoText(readRefreshToken(text, keyring)?.issuedOn ?? issued)
    }
    equal(dayOf('2026-12-31T23:59:59.999Z'), '2026-12-31T00:00:00.000Z')
    equal(dayOf('2027-01-01T00:00:00Z'), '2027-01-01T00:00:00.000Z')
    equal(dayOf('1970-01-01T00:00:00Z'), '1970-01-01T00:00:00.000Z')
    equal(dayOf('2149-06-06T00:00:00Z'), '2149-06-06T00:00:00.000Z')
    equal(dayOf('2300-01-01T00:00:00Z'), '2149-06-06T00:00:00.000Z', 'a clock that a test has put far ahead')
  })

  test('two of one generation differ', () => equal(mint(1).text === mint(1).text, false))

  test('any grant and generation come back as they were', () =>
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(2 ** 31 - 1), (bytes, nth) => {
        const id = grantId(Buffer.from(bytes).toString('hex'))
        const read = readRefreshToken(mintRefreshToken(id, generation(nth), terms).text, keyring)
        return read?.grant === id && read.generation === nth
      }),
      { numRuns: 100 },
    ))

  test('P-08: any other character at any place is junk', () => {
    const { text } = mint(3)
    for (let at = 0; at < text.length; at += 1)
      for (const other of [
        alphabet[(alphabet.indexOf(text[at] ?? '') + 1) % 64] ?? '',
        alphabet[(alphabet.indexOf(text[at] ?? '') + 32) % 64] ?? '',
        '!',
        '=',
      ])
        equal(readRefreshToken(text.slice(0, at) + other + text.slice(at + 1), keyring), undefined, `place ${at}`)
  })

  test('a flipped bit anywhere in the bytes is junk', () => {
    const { text } = mint(3)
    const bytes = Buffer.from(text.slice(7), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      equal(readRefreshToken(`5Aep861${flipped.toString('base64url')}`, keyring), undefined, `bit ${bit}`)
    }
  })

  test('another spelling of the same bytes is junk', () => {
    const { text } = spelledBothWays()
    const respelled = text.replaceAll('-', '+').replaceAll('_', '/')
    notEqual(respelled, text)
    deepEqual(Buffer.from(respelled.slice(7), 'base64url'), Buffer.from(text.slice(7), 'base64url'))
    equal(readRefreshToken(respelled, keyring), undefined)
    for (const around of [`${text} `, ` ${text}`, `${text}=`, `${text}\n`, text.toLowerCase()])
      equal(readRefreshToken(around, keyring), undefined)
  })

  test('whatever text comes, reading never throws', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
        equal(readRefreshToken(text, keyring), undefined)
        equal(readRefreshToken(`5Aep861${text}`, keyring), undefined)
      }),
      { numRuns: 200 },
    ))

  test('another org’s keyring reads nothing', () => {
    const other = keyringOf('retired', 'active') // its key 2 is not ours
    equal(readRefreshToken(mint(0, other).text, keyring), undefined)
    const { text } = mint()
    const sameIdOtherKey = openKeyring({
      tagKeys: [{ id: 1, state: 'active', key: Buffer.alloc(32, 99).toString('base64url') }],
      sealKeys: [{ id: 1, state: 'active', key: Buffer.alloc(32, 9).toString('base64url') }],
    })
    equal(sameIdOtherKey.ok && readRefreshToken(text, sameIdOtherKey.value), undefined)
  })

  test('P-09: a retired key still verifies, a compromised one says so', () => {
    const { text } = mint()
    equal(readRefreshToken(text, keyringOf('retired', 'active'))?.keyState, 'retired')
    equal(readRefreshToken(text, keyringOf('compromised', 'active'))?.keyState, 'compromised')
  })

  test('a token that the store’s owner remembers by its hash needs no tag, and no other text passes for it', () => {
    const minted = mint(3)
    const isKnown = (of: string, hash: string) => of === grant && hash === minted.hash
    equal(readRefreshToken(minted.text, keyring, isKnown)?.generation, 3)
    const last = minted.text.at(-1) === 'A' ? 'B' : 'A'
    equal(readRefreshToken(minted.text.slice(0, -1) + last, keyring, isKnown), undefined)
  })
})
