/** The bytes of a spool file: two frames, each with its length and its checksum, so that a torn write is never taken for a whole one. */
import { createHash } from 'node:crypto'
import type { ConnectionKey } from '../connection-key.ts'

export type Exchange = { readonly key: ConnectionKey; readonly generation: number; readonly attempt: number }

export type Frame = {
  /** `reserved` stands at the start of the file, `reply` at `replyAt`; a file that nobody uses says `free`. */
  readonly kind: 'free' | 'reserved' | 'reply'
  readonly exchange: Exchange
  readonly body: Uint8Array
}

/** The reply has pages of its own: a torn write of it leaves whole what says whose it is. */
export const replyAt = 4096

const magic = Buffer.from('SPSPOOL1', 'latin1')
const headBytes = magic.length + 9 // kind, length of the words, length of the body
const sumBytes = 32
const kinds = ['free', 'reserved', 'reply'] as const

/** Magic, kind (1 byte), length of the words (4), of the body (4), words (JSON: tenant, id, generation, attempt), body, SHA-256 of all before it. The words are
 *  what the journal's row says in the open too; the body is sealed. */
export function frameBytes({ kind, exchange, body }: Frame): Uint8Array {
  const { key, generation, attempt } = exchange
  const words = Buffer.from(JSON.stringify([key.tenant, key.id, generation, attempt]))
  const head = Buffer.alloc(headBytes)
  magic.copy(head)
  head.writeUInt8(kinds.indexOf(kind), magic.length)
  head.writeUInt32BE(words.length, magic.length + 1)
  head.writeUInt32BE(body.length, magic.length + 5)
  const sum = createHash('sha256').update(head).update(words).update(body).digest()
  return Buffer.concat([head, words, body, sum])
}

export function frameLength(body: number, exchange: Exchange): number {
  return frameBytes({ kind: 'reply', exchange, body: new Uint8Array() }).length + body
}

/** `nothing`: zeros, as the file was made. `torn`: begun, and not whole. Never throws, whatever the bytes. */
export function parseFrame(bytes: Buffer): Frame | 'nothing' | 'torn' {
  if (bytes.subarray(0, headBytes).every((byte) => byte === 0)) return 'nothing'
  if (bytes.length < headBytes || !bytes.subarray(0, magic.length).equals(magic)) return 'torn'
  const kind = kinds[bytes.readUInt8(magic.length)]
  const wordsEnd = headBytes + bytes.readUInt32BE(magic.length + 1)
  const end = wordsEnd + bytes.readUInt32BE(magic.length + 5)
  if (kind === undefined || bytes.length < end + sumBytes) return 'torn'
  const sum = createHash('sha256').update(bytes.subarray(0, end)).digest()
  if (!sum.equals(bytes.subarray(end, end + sumBytes))) return 'torn'
  const exchange = exchangeOf(bytes.subarray(headBytes, wordsEnd).toString())
  return exchange === undefined ? 'torn' : { kind, exchange, body: Uint8Array.from(bytes.subarray(wordsEnd, end)) }
}

export function isSameExchange(a: Exchange, b: Exchange): boolean {
  const same = a.key.tenant === b.key.tenant && a.key.id === b.key.id
  return same && a.generation === b.generation && a.attempt === b.attempt
}

/** The checksum was right, so these are the words of a program like this one; still each is looked at. */
function exchangeOf(words: string): Exchange | undefined {
  const parsed = jsonOf(words)
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : []
  const [tenant, id, generation, attempt] = list
  if (typeof tenant !== 'string' || typeof id !== 'string') return undefined
  if (typeof generation !== 'number' || typeof attempt !== 'number') return undefined
  return { key: { tenant, id }, generation, attempt }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
