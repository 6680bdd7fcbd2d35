/** The keys of one org: they prove tokens (tag keys) and seal what lies in the store (seal keys), and they live beside the store, never in it (P-09). */
import { fault, ok, type Result } from '../../values/result.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { macWith, type Mac } from './mac.ts'

/** `compromised`: still lets the current hash redeem, proves no replay (P-09). `retired`: verifies, mints nothing. */
export type KeyState = 'active' | 'retired' | 'compromised'
export type TagKey = { readonly id: number; readonly state: KeyState; readonly mac: Mac }
export type SealKey = { readonly id: number; readonly bytes: Uint8Array }

export type Keyring = {
  readonly activeTagKey: TagKey
  readonly tagKey: (id: number) => TagKey | undefined
  readonly activeSealKey: SealKey
  readonly sealKey: (id: number) => SealKey | undefined
}

/** The file's form: `{ "tagKeys": [{ "id": 1, "state": "active", "key": "<base64url of 32 bytes>" }], "sealKeys": [...] }`. */
export type KeyringDocument = { readonly tagKeys: readonly KeyEntry[]; readonly sealKeys: readonly KeyEntry[] }
export type KeyEntry = { readonly id: number; readonly state: KeyState; readonly key: string }

export function newKeyringDocument(random: RandomBytes): KeyringDocument {
  const fresh = (): KeyEntry => ({ id: 1, state: 'active', key: Buffer.from(random(32)).toString('base64url') })
  return { tagKeys: [fresh()], sealKeys: [fresh()] }
}

type NewTagKey = {
  readonly random: RandomBytes
  /** Whether the keys of before may be known to others. They lie in one file, so that holds for all of them or for none. */
  readonly compromised: boolean
}

/** Adds a fresh active tag key and retires the one before it; older ones stay, since families may still need them (P-09). The fault is a sentence. */
export function withNewTagKey(
  document: KeyringDocument,
  { random, compromised }: NewTagKey,
): Result<KeyringDocument, string> {
  const id = Math.max(...document.tagKeys.map((entry) => entry.id)) + 1
  if (id > lastKeyId) return fault(`all ${lastKeyId} key ids that a token has room for have been used`)
  const older = document.tagKeys.map((entry): KeyEntry => ({ ...entry, state: stateAfter(entry.state, compromised) }))
  const fresh: KeyEntry = { id, state: 'active', key: Buffer.from(random(32)).toString('base64url') }
  return ok({ ...document, tagKeys: [...older, fresh] })
}

const lastKeyId = 255

function stateAfter(state: KeyState, compromised: boolean): KeyState {
  if (compromised) return 'compromised'
  return state === 'active' ? 'retired' : state
}

/** The document is what JSON held, so nothing in it is taken for granted: a misspelled `compromised` would go on proving replays (P-09).
 *  The fault is a sentence without key material. */
export function openKeyring(document: KeyringDocument | null): Result<Keyring, string> {
  const tags = readEntries(document?.tagKeys, 'tagKeys')
  if (!tags.ok) return tags
  const seals = readEntries(document?.sealKeys, 'sealKeys')
  if (!seals.ok) return seals
  const tagKeys = new Map(tags.value.list.map(({ id, state, bytes }) => [id, { id, state, mac: macWith(bytes) }]))
  const sealKeys = new Map(seals.value.list.map(({ id, bytes }) => [id, { id, bytes }]))
  const activeTagKey = tagKeys.get(tags.value.active)
  const activeSealKey = sealKeys.get(seals.value.active)
  if (activeTagKey === undefined || activeSealKey === undefined) return fault('the keyring has no active key')
  return ok({ activeTagKey, activeSealKey, tagKey: (id) => tagKeys.get(id), sealKey: (id) => sealKeys.get(id) })
}

const states: readonly KeyState[] = ['active', 'retired', 'compromised']

type ReadEntry = { readonly id: number; readonly state: KeyState; readonly bytes: Uint8Array }

function readEntries(
  entries: readonly (KeyEntry | null)[] | undefined,
  name: string,
): Result<{ readonly list: readonly ReadEntry[]; readonly active: number }, string> {
  // the file is written by hand at times: what it holds is looked at as if it had no type
  const given: readonly unknown[] | undefined = Array.isArray(entries) ? entries : undefined
  if (given === undefined) return fault(`the keyring has no ${name}`)
  const list: ReadEntry[] = []
  for (const entry of given) {
    if (typeof entry !== 'object' || entry === null) return fault(`${name}: an entry is no object`)
    const { id, state: said, key }: { id?: unknown; state?: unknown; key?: unknown } = entry
    const state = states.find((each) => each === said)
    const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64url')
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 1 || id > lastKeyId)
      return fault(`${name}: a key id is not 1 to ${lastKeyId}`)
    if (bytes.length !== 32 || bytes.toString('base64url') !== key)
      return fault(`${name}: key ${id} is not 32 bytes in base64url`)
    if (state === undefined) return fault(`${name}: the state of key ${id} is none of ${states.join(', ')}`)
    if (list.some((each) => each.id === id)) return fault(`${name}: key id ${id} stands twice`)
    list.push({ id, state, bytes })
  }
  const active = list.filter(({ state }) => state === 'active')
  const [only] = active
  return only !== undefined && active.length === 1
    ? ok({ list, active: only.id })
    : fault(`${name}: exactly one key is active, here ${active.length} are`)
}
