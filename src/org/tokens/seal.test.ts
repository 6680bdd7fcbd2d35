import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { openKeyring, type Keyring } from './keyring.ts'
import { seal, sealSuccessor, unseal, unsealSuccessor } from './seal.ts'

const keyringOf = (...fills: readonly number[]): Keyring => {
  const entries = fills.map((fill, i) => ({
    ...{ id: i + 1, state: i === fills.length - 1 ? ('active' as const) : ('retired' as const) },
    key: Buffer.alloc(32, fill).toString('base64url'),
  }))
  const opened = openKeyring({ tagKeys: entries, sealKeys: entries })
  if (!opened.ok) throw new Error(opened.fault)
  return opened.value
}
const keyring = keyringOf(1)
let drawn = 0
const random = (count: number): Uint8Array =>
  new Uint8Array(count).map(() => (drawn = (drawn * 75 + 74) % 65_537) & 255)
const sealed = seal('s3cr3t', 'secret of Billing', { keyring, random })

const flips = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length }, (_, at) => Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte)))

describe('a sealed text', () => {
  test('opens at its own place', () => equal(unseal(sealed, 'secret of Billing', keyring), 's3cr3t'))
  test('moved to another place it does not open', () => equal(unseal(sealed, 'secret of Other', keyring), undefined))
  test('another keyring does not open it', () => equal(unseal(sealed, 'secret of Billing', keyringOf(2)), undefined))
  test('a keyring that has rotated still opens it', () =>
    equal(unseal(sealed, 'secret of Billing', keyringOf(1, 2)), 's3cr3t'))
  test('holds nothing of the text', () => equal(Buffer.from(sealed).includes('s3cr3t'), false))
  test('is another one each time', () =>
    equal(Buffer.from(seal('s3cr3t', 'secret of Billing', { keyring, random })).equals(sealed), false))

  test('altered anywhere, or cut, it does not open', () => {
    for (const altered of flips(sealed)) equal(unseal(altered, 'secret of Billing', keyring), undefined)
    for (let length = 0; length < sealed.length; length += 1)
      equal(unseal(sealed.subarray(0, length), 'secret of Billing', keyring), undefined)
  })

  test('any text comes back as it was', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'ä', '€', '😀', '\0') }),
        fc.string(),
        (text, place) => unseal(seal(text, place, { keyring, random }), place, keyring) === text,
      ),
      { numRuns: 50 },
    ))
})

describe('a sealed successor', () => {
  const successor = sealSuccessor('5Aep861successor', '5Aep861parent', random)

  test('P-12: opens with its parent', () => equal(unsealSuccessor(successor, '5Aep861parent'), '5Aep861successor'))
  test('P-12: does not open with another parent', () => equal(unsealSuccessor(successor, '5Aep861parenu'), undefined))
  test('P-12: altered or cut it does not open', () => {
    for (const altered of flips(successor)) equal(unsealSuccessor(altered, '5Aep861parent'), undefined)
    equal(unsealSuccessor(successor.subarray(0, 20), '5Aep861parent'), undefined)
    equal(unsealSuccessor(new Uint8Array(), '5Aep861parent'), undefined)
  })
})
