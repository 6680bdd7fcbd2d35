/** The form of an exported file: a head that says how it was sealed, a proof of the head, and chunks that are sealed one by one. Each is bound to the head and to
 *  its number, and the last one is marked: nothing can be altered, moved, left out, or cut off at the end without being seen. */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { fault, ok, type Result } from '../../values/result.ts'
import type { FileKey, KeyNote } from './file-key.ts'

/** The first two lines; after them come the chunks. */
const format = 'sallyport keeper vault'
const version = 1
export const chunkBytes = 65_536
const tagBytes = 16
const options = { authTagLength: tagBytes }

export function headOf(note: KeyNote, key: FileKey): Uint8Array {
  const line = `${JSON.stringify({ format, version, key: note })}\n`
  return Buffer.from(`${line}${proof(line, key)}\n`)
}

const proof = (line: string, key: FileKey): string => createHmac('sha256', key.head).update(line).digest('base64url')

export type Head = {
  readonly note: KeyNote
  /** Whether this key is the file's, and the head as it was written. */
  readonly isProved: (key: FileKey) => boolean
  /** Where the chunks begin. */
  readonly bytes: number
  readonly line: string
}

/** `start`: the first bytes of the file, 4096 of them or all. The fault is the end of a sentence that starts with the file. */
export function readHead(start: Uint8Array): Result<Head, string> {
  const text = Buffer.from(start).toString('latin1')
  const [first = '', second = ''] = text.split('\n', 2)
  const bytes = first.length + second.length + 2
  const head = jsonOf(first)
  if (head?.['format'] !== format || text.length < bytes) return fault('is no export of a vault')
  if (head['version'] !== version) return fault('was made by a newer version of this program')
  const note = noteOf(head['key'])
  if (note === undefined) return fault('has a head that is damaged')
  const line = `${first}\n`
  const isProved = (key: FileKey): boolean => {
    const [given, made] = [Buffer.from(second), Buffer.from(proof(line, key))]
    return given.length === made.length && timingSafeEqual(given, made)
  }
  return ok({ note, isProved, bytes, line })
}

type Fields = Readonly<Record<string, unknown>>

function noteOf(value: unknown): KeyNote | undefined {
  const note = fieldsOf(value)
  const [salt, ephemeral, recipient] = [note?.['salt'], note?.['ephemeral'], note?.['recipient']]
  const [N, r, p] = [note?.['N'], note?.['r'], note?.['p']]
  if (note?.['kind'] === 'passphrase' && note['kdf'] === 'scrypt' && typeof salt === 'string')
    return typeof N === 'number' && typeof r === 'number' && typeof p === 'number'
      ? { kind: 'passphrase', kdf: 'scrypt', N, r, p, salt }
      : undefined
  if (note?.['kind'] !== 'recipient' || note['scheme'] !== 'x25519') return undefined
  return typeof ephemeral === 'string' && typeof recipient === 'string'
    ? { kind: 'recipient', scheme: 'x25519', ephemeral, recipient }
    : undefined
}

function jsonOf(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined

/** Chunks count from 0; whether it is the last one is part of what is sealed. */
export type At = { readonly number: number; readonly last: boolean }

function nonceOf({ number, last }: At): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 7)
  nonce.writeUInt8(last ? 1 : 0, 11)
  return nonce
}

/** With its length before it. The key is one file's alone, so that numbers are nonces. `head`: as it lies in the file. */
export function sealChunk(
  plain: Uint8Array,
  at: At,
  { key, head }: { readonly key: FileKey; readonly head: Uint8Array },
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key.seal, nonceOf(at), options).setAAD(head)
  const body = [cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  const length = Buffer.alloc(4)
  length.writeUInt32BE(plain.length + tagBytes)
  return Buffer.concat([length, ...body])
}

/** Undefined where it is not what was sealed there. */
export function openChunk(
  sealed: Uint8Array,
  at: At,
  { key, head }: { readonly key: FileKey; readonly head: Uint8Array },
): Uint8Array | undefined {
  if (sealed.length < tagBytes) return undefined
  const end = sealed.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key.seal, nonceOf(at), options)
  decipher.setAAD(head).setAuthTag(sealed.subarray(end))
  const plain = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
    return plain
  } catch {
    plain.fill(0)
    return undefined
  }
}

export const mostSealed: number = chunkBytes + tagBytes
