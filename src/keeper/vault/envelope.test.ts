import { deepEqual, equal, match, notDeepEqual, ok, rejects, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { secret } from '../../values/secret.ts'
import { openEnvelope, type Envelope, type Lock } from './envelope.ts'
import { openKeyring, type Keyring } from './keyring.ts'
import { associatedData, wrappingContext, type Owner, type Place, type Purpose } from './place.ts'
import { VaultFault } from './vault-fault.ts'

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))
const keyringOf = (key: Uint8Array): Promise<Keyring> =>
  openKeyring(
    { kind: 'text', text: secret(Buffer.from(key).toString('base64')), name: 'KEYRING' },
    { random, clock: () => 0 },
  )
const keyring = await keyringOf(random(32))
const envelopeOf = (ring: Keyring): Envelope => openEnvelope({ keyring: ring, random, monotonic: () => 0 })
const envelope = envelopeOf(keyring)

const canary: Owner = { kind: 'connection', tenant: 'acme', id: 'canary' }
const place: Place = { owner: canary, purpose: 'refresh-token', generation: 3, attempt: 8 }
const lock: Lock = { place, dataKey: await envelope.newDataKey(canary) }
const token = '5Aep861rEpScxnNE66jGO6gqeJ82V9qXOs5YIxlkVZgWYMSJfjLeqYUwKNfA2R7cU04EyjVKE9_A_vqQY9kjgUg'
const sealed = await envelope.sealText(secret(token), lock)

const misplaced = (cause: unknown): boolean => {
  ok(cause instanceof VaultFault, String(cause))
  equal(cause.kind, 'moved-or-damaged')
  match(cause.message, /was moved from another (place|row), or altered/)
  ok(cause.next.length > 0)
  equal(JSON.stringify([cause.message, cause.next]).includes(token.slice(4, 12)), false)
  return true
}

describe('a sealed secret', () => {
  test('opens at its own place', async () => equal((await envelope.openText(sealed, lock)).expose(), token))

  test('holds nothing of the plaintext, and is another one each time', async () => {
    for (let at = 0; at + 4 <= token.length; at += 1)
      equal(Buffer.from(sealed).includes(token.slice(at, at + 4), 0, 'latin1'), false)
    notDeepEqual(await envelope.sealText(secret(token), lock), sealed)
  })

  const moves: { readonly [sentence: string]: Partial<Place> } = {
    'L-59: of another tenant': { owner: { ...canary, tenant: 'other' } },
    'of another connection': { owner: { ...canary, id: 'canary2' } },
    'of the app of the same name': { owner: { ...canary, kind: 'app' } },
    'of the same letters, parted elsewhere': { owner: { ...canary, tenant: 'acm', id: 'ecanary' } },
    'of another purpose': { purpose: 'access-token' },
    'of the generation before': { generation: 2 },
    'of the next generation': { generation: 4 },
    'of another attempt': { attempt: 9 },
    'of generation and attempt exchanged': { generation: 8, attempt: 3 },
  }
  for (const [sentence, moved] of Object.entries(moves)) {
    const elsewhere = { ...place, ...moved }
    test(`does not open at the place ${sentence}`, async () => {
      await rejects(envelope.open(sealed, { ...lock, place: elsewhere }), misplaced)
    })
    test(`does not open at the place ${sentence}, with that place's own data key`, async () => {
      const dataKey = await envelope.newDataKey(elsewhere.owner)
      await rejects(envelope.open(sealed, { place: elsewhere, dataKey }), misplaced)
    })
  }

  test('does not open with its data key moved along, nor under another data key of its own connection', async () => {
    const other: Lock = { ...lock, place: { ...place, owner: { ...canary, tenant: 'other' } } }
    await envelope.open(sealed, lock) // its data key is open in memory: that must not help
    await rejects(envelope.open(sealed, other), misplaced)
    await rejects(envelope.open(sealed, { ...lock, dataKey: await envelope.newDataKey(canary) }), misplaced)
  })

  test('altered anywhere, or cut, does not open', async () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte))
      await rejects(envelope.open(altered, lock), misplaced)
      await rejects(envelope.open(sealed.subarray(0, at), lock), misplaced)
    }
  })

  test('does not open under another keyring, which names the key that is missing', async () => {
    const other = envelopeOf(await keyringOf(random(32)))
    await rejects(other.open(sealed, lock), (cause: unknown) => {
      ok(cause instanceof VaultFault)
      equal(cause.kind, 'wrong-keyring')
      ok(cause.message.includes(lock.dataKey.key))
      return true
    })
  })

  test('of no bytes and of many comes back as it was', async () => {
    for (const length of [0, 1, 65_536]) {
      const plain = random(length)
      const back = await envelope.open(await envelope.seal(plain, lock), lock)
      deepEqual(Uint8Array.from(back), plain)
    }
  })

  test('any text comes back as it was', async () =>
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('a', '\0', 'é', '€', '😀') }), async (text) => {
        const back = await envelope.openText(await envelope.sealText(secret(text), lock), lock)
        return back.expose() === text
      }),
      { numRuns: 100 },
    ))

  test('has no place with a number that is none', async () => {
    for (const generation of [-1, 1.5, Number.NaN, 2 ** 53])
      await rejects(envelope.seal(random(1), { ...lock, place: { ...place, generation } }), /not a generation/)
  })
})

describe('the associated data', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\u0001', '€', '\ud800', '\udc00', '"', ',') })
  const places: fc.Arbitrary<Place> = fc.record({
    owner: fc.record({ kind: fc.constantFrom('connection', 'app'), tenant: texts, id: texts }),
    purpose: fc.constantFrom<Purpose[]>('refresh-token', 'access-token', 'reply', 'client-secret'),
    generation: fc.nat({ max: 3 }),
    attempt: fc.nat({ max: 3 }),
  })
  const words = (each: Place): string => JSON.stringify(each)

  test('is one for each place: lengths part the names, and no two of them read the same', () =>
    fc.assert(
      fc.property(places, places, (a, b) => {
        const same = Buffer.from(associatedData(a)).equals(Buffer.from(associatedData(b)))
        return same === (words(a) === words(b))
      }),
      { numRuns: 500 },
    ))

  const of = (tenant: string, id = 'canary') => associatedData({ ...place, owner: { ...canary, tenant, id } })

  test('keeps apart the same letters, parted elsewhere', () => {
    notDeepEqual(of('acme', 'canary'), of('acm', 'ecanary'))
    notDeepEqual(of('', 'acmecanary'), of('acmecanary', ''))
  })

  test('keeps apart what UTF-8 would make one', () => {
    notDeepEqual(of('\ud800'), of('\ud801'))
    notDeepEqual(of('e\u0301'), of('\u00e9'))
  })
})

describe('a new data key', () => {
  const elsewhere: { readonly [sentence: string]: Owner } = {
    'of another tenant': { ...canary, tenant: 'other' },
    'of another connection': { ...canary, id: 'other' },
    'of an app': { ...canary, kind: 'app' },
    'of names that are parted elsewhere': { ...canary, tenant: 'acme","canary', id: '' },
  }
  for (const [sentence, owner] of Object.entries(elsewhere))
    test(`L-59: does not unwrap as that ${sentence}`, async () => {
      await rejects(keyring.unwrap(lock.dataKey, wrappingContext(owner)), misplaced)
      await keyring.unwrap(lock.dataKey, wrappingContext(canary))
    })

  test('is not given out by a keyring that cannot give it back', async () => {
    const forgetful: Keyring = { ...keyring, unwrap: () => Promise.resolve(random(32)) }
    await rejects(envelopeOf(forgetful).newDataKey(canary), /does not give back what it wrapped/)
    const dead: Keyring = { ...keyring, unwrap: () => Promise.reject(new Error('KMS out of reach')) }
    await rejects(envelopeOf(dead).newDataKey(canary), /out of reach/)
  })

  test('is zeros in memory once it is wrapped, whatever comes of it', async () => {
    for (const wrap of [keyring.wrap, () => Promise.reject(new Error('no'))]) {
      const seen: Uint8Array[] = []
      const watched: Keyring = {
        ...keyring,
        wrap: (dataKey, context) => {
          seen.push(dataKey)
          return wrap(dataKey, context)
        },
        unwrap: async (wrapped, context) => {
          const dataKey = await keyring.unwrap(wrapped, context)
          seen.push(dataKey)
          return dataKey
        },
      }
      await envelopeOf(watched)
        .newDataKey(canary)
        .catch(() => {})
      ok(seen.length > 0)
      for (const each of seen) deepEqual(Uint8Array.from(each), new Uint8Array(32))
    }
  })
})

describe('a data key that is held open', () => {
  test('P-26: seals the reply though the keyring is out of reach by then', async () => {
    let reachable = true
    const kms: Keyring = {
      ...keyring,
      unwrap: (wrapped, context) =>
        reachable ? keyring.unwrap(wrapped, context) : Promise.reject(new Error('KMS out of reach')),
    }
    const vault = openEnvelope({ keyring: kms, random, monotonic: () => 0, limits: { keep: 0, keepMs: 1 } })
    const held = await vault.holdOpen(canary, lock.dataKey)
    reachable = false
    const reply: Omit<Place, 'owner'> = { purpose: 'reply', generation: 3, attempt: 9 }
    const bytes = held.seal(Buffer.from('HTTP/1.1 200 OK'), reply)
    await rejects(vault.open(bytes, { ...lock, place: { ...reply, owner: canary } }), /out of reach/)
    const back = await envelope.open(bytes, { ...lock, place: { ...reply, owner: canary } })
    equal(Buffer.from(back).toString(), 'HTTP/1.1 200 OK')
    held.release()
    throws(() => held.seal(random(1), reply), /was released/)
  })

  test('is not to be had from a keyring that is out of reach: nothing is sent then', async () => {
    const dead: Keyring = { ...keyring, unwrap: () => Promise.reject(new Error('KMS out of reach')) }
    await rejects(envelopeOf(dead).holdOpen(canary, lock.dataKey), /out of reach/)
  })
})
