import { equal } from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { macWith, sameSecret, sameText, sha256Base64url, sha256Hex } from './mac.ts'

describe('mac', () => {
  test('is HMAC-SHA256 for every key and message, keys longer than a block too', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), fc.uint8Array({ maxLength: 300 }), (key, message) =>
        macWith(key)(message).equals(createHmac('sha256', key).update(message).digest()),
      ),
      { numRuns: 200 },
    ))

  test('a key of exactly a block, and one longer', () => {
    for (const length of [0, 63, 64, 65]) {
      const key = Buffer.alloc(length, 7)
      const message = Buffer.from('message')
      equal(macWith(key)(message).toString('hex'), createHmac('sha256', key).update(message).digest('hex'))
    }
  })

  test('a mac that was handed out stays as it is when the next one is made', () => {
    const mac = macWith(Buffer.from('key'))
    const first = mac(Buffer.from('one'))
    const before = first.toString('hex')
    mac(Buffer.from('two'))
    equal(first.toString('hex'), before)
  })

  test('SF-47: signs an identity URL as Salesforce does', () => {
    const identity = 'https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA'
    const signature = macWith(Buffer.from('s3cr3t'))(Buffer.from(`${identity}1767225600000`)).toString('base64')
    equal(signature, 'UzOXxhR187G9hnqNNytuJfp4Tin3XCiv7YmcsG2rkTM=')
  })
})

describe('hashes', () => {
  test('SF-95: 171 times A is this challenge', () =>
    equal(sha256Base64url('A'.repeat(171)), 'HrEA9_Q56Mp8qZRAxQvZE92KA5muvx9LCKm-CieKE1k'))

  test('SF-93: the challenge is base64url without padding, of the UTF-8 text', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }),
        (text) => sha256Base64url(text) === createHash('sha256').update(text, 'utf8').digest('base64url'),
      ),
      { numRuns: 50 },
    ))

  test('of a text and of its bytes is the same', () =>
    equal(sha256Hex('schlüssel'), sha256Hex(Buffer.from('schlüssel', 'utf8'))))
})

describe('comparing', () => {
  const pairs: Record<string, [string, string, boolean]> = {
    'equal texts': ['abc', 'abc', true],
    'one character differs': ['abc', 'abd', false],
    'one is the start of the other': ['abc', 'abcd', false],
    'equal in characters, not in bytes': ['ä', 'a', false],
    'two empty texts': ['', '', true],
  }
  for (const [sentence, [a, b, same]] of Object.entries(pairs))
    test(`${sentence}: ${same ? 'the same' : 'not the same'}`, () => {
      equal(sameText(a, b), same)
      equal(sameSecret(a, b), same)
    })
})
