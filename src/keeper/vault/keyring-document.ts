/** The keyring as text: read with distrust, since people edit it; every change is a new document. */
import { fault, ok, type Result } from '../../values/result.ts'
import { isPlaceholder, keyBytes, keyName } from './keyring-keys.ts'
import type { KeyListing } from './keyring-contract.ts'

export type KeyringKey = KeyListing & { readonly bytes: Uint8Array }

/** The current key is the first one; names are unique. */
export type KeyringDocument = { readonly keys: readonly KeyringKey[]; readonly current: KeyringKey }

/** `{ "version": 1, "keys": [{ "id": "…", "madeAt": "…", "retiredAt": "…", "key": "<base64url of 32 bytes>" }] }`, the current key first. */
export function keyringText({ keys }: KeyringDocument): string {
  const entries = keys.map(({ id, madeAt, retiredAt, bytes }) => ({
    id,
    ...(madeAt === undefined ? {} : { madeAt: new Date(madeAt).toISOString() }),
    ...(retiredAt === undefined ? {} : { retiredAt: new Date(retiredAt).toISOString() }),
    key: Buffer.from(bytes).toString('base64url'),
  }))
  return `${JSON.stringify({ version: 1, keys: entries }, null, 2)}\n`
}

/** The fault is the end of a sentence that starts with the keyring's place, and holds no key material. */
export function parseKeyring(text: string): Result<KeyringDocument, string> {
  const entries = text.trimStart().startsWith('{') ? parseJson(text) : parseBareKeys(text)
  if (!entries.ok) return entries
  const current = entries.value[0]
  if (current === undefined) return fault('has no key in it')
  const names = entries.value.map(({ id }) => id)
  const twice = names.find((id, at) => names.indexOf(id) !== at)
  return twice === undefined ? ok({ keys: entries.value, current }) : fault(`has the key ${twice} twice`)
}

export function withNewKey({ keys }: Pick<KeyringDocument, 'keys'>, fresh: Uint8Array, now: number): KeyringDocument {
  const current: KeyringKey = { id: keyName(fresh), madeAt: now, bytes: fresh }
  const older = keys.map((each) => (each.retiredAt === undefined ? { ...each, retiredAt: now } : each))
  return { keys: [current, ...older], current }
}

export function withoutKey(document: KeyringDocument, id: string): KeyringDocument {
  return { ...document, keys: document.keys.filter((each) => each.id !== id) }
}

export function listing({ keys }: KeyringDocument): readonly KeyListing[] {
  return keys.map(({ id, madeAt, retiredAt }) => ({
    id,
    ...(madeAt === undefined ? {} : { madeAt }),
    ...(retiredAt === undefined ? {} : { retiredAt }),
  }))
}

function parseBareKeys(text: string): Result<readonly KeyringKey[], string> {
  const keys: KeyringKey[] = []
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  for (const [at, word] of words.entries()) {
    const bytes = parseKey(word)
    if (!bytes.ok) return fault(`${bytes.fault} (key ${at + 1} of ${words.length})`)
    keys.push({ id: keyName(bytes.value), bytes: bytes.value })
  }
  return ok(keys)
}

function parseJson(text: string): Result<readonly KeyringKey[], string> {
  const document = jsonOf(text)
  if (!isFields(document)) return fault('is not JSON')
  if (document['version'] !== 1) return fault('is of another version than 1: a newer program has made it')
  if (!Array.isArray(document['keys'])) return fault('has no list of "keys"')
  const given: readonly unknown[] = document['keys']
  const keys: KeyringKey[] = []
  for (const [at, entry] of given.entries()) {
    const key = isFields(entry) ? parseEntry(entry) : fault('is no object')
    if (!key.ok) return fault(`has a damaged entry: key ${at + 1} of ${given.length} ${key.fault}`)
    keys.push(key.value)
  }
  return ok(keys)
}

type Fields = { readonly [name: string]: unknown }

function parseEntry({ id, madeAt, retiredAt, key }: Fields): Result<KeyringKey, string> {
  const bytes = parseKey(key)
  if (!bytes.ok) return bytes
  if (id !== keyName(bytes.value)) return fault('does not have the id that belongs to it: one of the two was altered')
  const dates: { madeAt?: number; retiredAt?: number } = {}
  for (const [name, date] of [['madeAt', madeAt] as const, ['retiredAt', retiredAt] as const]) {
    if (date === undefined) continue
    const at = typeof date === 'string' ? Date.parse(date) : Number.NaN
    if (!Number.isFinite(at)) return fault(`has no date in "${name}"`)
    dates[name] = at
  }
  return ok({ id, ...dates, bytes: bytes.value })
}

/** Both alphabets, with `=` or without: `openssl rand -base64 32` makes one. */
function parseKey(text: unknown): Result<Uint8Array, string> {
  const canonical = typeof text === 'string' ? text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : ''
  const bytes = Buffer.from(canonical, 'base64url')
  if (bytes.length !== keyBytes || bytes.toString('base64url') !== canonical)
    return fault(`is not ${keyBytes} bytes in base64`)
  return isPlaceholder(bytes) ? fault('is a placeholder and not random') : ok(bytes)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // said by the caller; the parser's own words quote the text, and the text is keys
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
