import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { instant } from '../../values/time.ts'
import { newKeyringDocument, openKeyring } from './keyring.ts'
import { openSigningKeys, type SigningKeyStore, type StoredSigningKey } from './signing-keys.ts'

const random = (count: number): Uint8Array => new Uint8Array(count).fill(7)
const opened = openKeyring(newKeyringDocument(random))
if (!opened.ok) throw new Error(opened.fault)
const keyring = opened.value

function memoryStore(): SigningKeyStore & { trouble: Error | undefined; readonly keys: StoredSigningKey[] } {
  const keys: StoredSigningKey[] = []
  const store = {
    trouble: undefined as Error | undefined,
    keys,
    find: () => (store.trouble === undefined ? Promise.resolve([...keys]) : Promise.reject(store.trouble)),
    addFirst: (key: StoredSigningKey) => {
      if (keys.length === 0) keys.push(key)
      return Promise.resolve([...keys])
    },
  }
  return store
}
const open = (store: SigningKeyStore) => openSigningKeys({ store, keyring, random, clock: () => instant('2026-01-01') })

describe('signing keys', () => {
  test('what is signed verifies with what is published, and the private half is published nowhere', async () => {
    const store = memoryStore()
    const keys = open(store)
    const token = await keys.sign({ sub: 'ada' })
    const published = await keys.publicKeys()
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: [...published] }))
    deepEqual([payload.sub, protectedHeader.alg, protectedHeader.kid], ['ada', 'RS256', store.keys[0]?.kid])
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) equal(name in (published[0] ?? {}), false)
  })

  test('the key that another process stored first is the one that signs', async () => {
    const store = memoryStore()
    const before = await open(store).publicKeys()
    deepEqual(await open(store).publicKeys(), before)
    equal(store.keys.length, 1)
  })

  test('a store that was away for a moment does not leave the org without a key', async () => {
    const store = memoryStore()
    await open(store).publicKeys()
    const keys = open(store)
    store.trouble = new Error('away')
    await rejects(keys.sign({ sub: 'ada' }), /away/)
    await rejects(keys.publicKeys(), /away/)
    store.trouble = undefined
    equal((await keys.sign({ sub: 'ada' })).split('.').length, 3)
  })
})
