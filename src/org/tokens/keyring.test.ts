import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newKeyringDocument, openKeyring, withNewTagKey, type KeyEntry, type KeyringDocument } from './keyring.ts'

let made = 0
const random = (count: number): Uint8Array => new Uint8Array(count).fill((made += 1))
const key = (id: number, about: Partial<KeyEntry> = {}): KeyEntry => ({
  ...{ id, state: 'active', key: Buffer.alloc(32, id).toString('base64url') },
  ...about,
})
const document = (tagKeys: unknown, sealKeys: unknown = [key(1)]): KeyringDocument =>
  ({ tagKeys, sealKeys }) as KeyringDocument

const rotated = (before: KeyringDocument, compromised = false): KeyringDocument => {
  const result = withNewTagKey(before, { random, compromised })
  if (!result.ok) throw new Error(result.fault)
  return result.value
}

describe('a keyring', () => {
  test('a new one opens, with one active key of each kind', () => {
    const opened = openKeyring(newKeyringDocument(random))
    equal(opened.ok && opened.value.activeTagKey.id, 1)
    equal(opened.ok && opened.value.activeSealKey.id, 1)
  })

  test('P-09: a new tag key becomes active, and the one before still verifies', () => {
    const opened = openKeyring(rotated(newKeyringDocument(random)))
    equal(opened.ok && opened.value.activeTagKey.id, 2)
    equal(opened.ok && opened.value.tagKey(1)?.state, 'retired')
    equal(opened.ok && opened.value.tagKey(3), undefined)
  })

  test('P-09: a compromised key stays compromised when a new one comes', () => {
    const before = document([key(1, { state: 'compromised' }), key(2)])
    deepEqual(
      rotated(before).tagKeys.map(({ id, state }) => [id, state]),
      [
        [1, 'compromised'],
        [2, 'retired'],
        [3, 'active'],
      ],
    )
  })

  test('P-09: who read the file has read every key in it: all earlier ones are marked compromised', () => {
    const before = document([key(1, { state: 'retired' }), key(2)])
    deepEqual(
      rotated(before, true).tagKeys.map(({ id, state }) => [id, state]),
      [
        [1, 'compromised'],
        [2, 'compromised'],
        [3, 'active'],
      ],
    )
  })

  test('a token has room for 255 key ids, and none is given twice', () => {
    const full = document([key(3), key(255, { state: 'retired' })])
    const result = withNewTagKey(full, { random, compromised: false })
    match(result.ok ? 'made' : result.fault, /255 key ids/)
  })

  test('a new tag key leaves the seal keys as they are', () => {
    const before = newKeyringDocument(random)
    deepEqual(rotated(before).sealKeys, before.sealKeys)
  })

  const refused: Record<string, [KeyringDocument, RegExp]> = {
    'no tag keys': [document(undefined), /no tagKeys/],
    'no seal keys': [document([key(1)], null), /no sealKeys/],
    'tag keys that are no list': [document({}), /no tagKeys/],
    'an entry that is nothing': [document([null]), /tagKeys: an entry/],
    'a document that is nothing': [JSON.parse('null'), /no tagKeys/],
    'no active key': [document([key(1, { state: 'retired' })]), /exactly one key is active, here 0 are/],
    'two active keys': [document([key(1), key(2)]), /exactly one key is active, here 2 are/],
    'a key id twice': [document([key(1), key(1, { state: 'retired' })]), /stands twice/],
    'key id 0': [document([key(0)]), /1 to 255/],
    'key id 256': [document([key(256)]), /1 to 255/],
    'half a key id': [document([key(1.5)]), /1 to 255/],
    'a short key': [document([key(1, { key: 'c2hvcnQ' })]), /not 32 bytes/],
    'a key that is a number': [document([{ ...key(1), key: 1 }]), /not 32 bytes/],
    'a key with other characters among its own': [
      document([key(1, { key: `!${Buffer.alloc(32, 9).toString('base64url')}` })]),
      /not 32 bytes/,
    ],
    'P-09: a state that is misspelled, since such a key would prove replays': [
      document([key(1), { ...key(2), state: 'compromized' }]),
      /state of key 2 is none of active, retired, compromised/,
    ],
  }
  for (const [sentence, [written, wanted]] of Object.entries(refused))
    test(`refuses ${sentence}, and shows no key`, () => {
      const opened = openKeyring(written)
      match(opened.ok ? 'opened' : opened.fault, wanted)
      for (const { key: text } of Array.isArray(written?.tagKeys) ? written.tagKeys.filter(Boolean) : [])
        equal(!opened.ok && opened.fault.includes(String(text)) && String(text).length > 2, false)
    })
})
