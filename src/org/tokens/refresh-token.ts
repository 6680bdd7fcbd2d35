/** The refresh token: a prefix, then base64url of version, key id, grant, generation, 256-bit secret and tag. The tag lets junk fail without a look
 *  at the store; the generation lets a replay be recognised for the family's whole life without a table of spent tokens (SF-194). */
import { generation, grantId, type Generation, type GrantId, type RandomBytes } from '../../values/domain.ts'
import type { Keyring, KeyState } from './keyring.ts'
import { sha256Hex } from './mac.ts'

const prefix = '5Aep861' // for log scrubbers; no check relies on it being Salesforce's (SF-05)
const version = 1
const layout = { version: 0, key: 1, grant: 2, generation: 18, secret: 22, tag: 54, end: 70 } as const

export type MintedRefreshToken = {
  readonly text: string
  readonly generation: Generation
  /** What the store keeps: SHA-256 of the whole text, 64 hexadecimal digits. */
  readonly hash: string
  readonly keyId: number
}

export type ReadRefreshToken = {
  readonly grant: GrantId
  readonly generation: Generation
  readonly hash: string
  readonly keyState: KeyState
}

export function mintRefreshToken(
  grant: GrantId,
  nth: Generation,
  { keyring, random }: { readonly keyring: Keyring; readonly random: RandomBytes },
): MintedRefreshToken {
  const { id, mac } = keyring.activeTagKey
  const bytes = Buffer.allocUnsafe(layout.end)
  bytes[layout.version] = version
  bytes[layout.key] = id
  bytes.write(grant, layout.grant, 'hex')
  bytes.writeUInt32BE(nth, layout.generation)
  bytes.set(random(32), layout.secret)
  bytes.set(mac(bytes.subarray(0, layout.tag)).subarray(0, layout.end - layout.tag), layout.tag)
  const text = prefix + bytes.toString('base64url')
  return { text, generation: nth, hash: sha256Hex(text), keyId: id }
}

/** Undefined for everything that this keyring has not minted, byte for byte: another spelling of the same bytes is junk as well. */
export function readRefreshToken(text: string, keyring: Keyring): ReadRefreshToken | undefined {
  if (text.length !== textLength || !text.startsWith(prefix)) return undefined
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
  if (bytes.length !== layout.end || bytes[layout.version] !== version) return undefined
  const key = keyring.tagKey(bytes[layout.key] ?? 0)
  if (key === undefined) return undefined
  const expected = key.mac(bytes.subarray(0, layout.tag))
  if (!sameTag(expected, bytes)) return undefined
  if (bytes.toString('base64url') !== text.slice(prefix.length)) return undefined // stray bits in the last character
  return {
    grant: grantId(bytes.toString('hex', layout.grant, layout.generation)),
    generation: generation(bytes.readUInt32BE(layout.generation)),
    hash: sha256Hex(text),
    keyState: key.state,
  }
}

const textLength = prefix.length + Math.ceil((layout.end * 4) / 3)

/** Constant time: every byte is looked at. */
function sameTag(expected: Buffer, bytes: Buffer): boolean {
  let difference = 0
  for (let i = layout.tag; i < layout.end; i += 1) difference |= (bytes[i] ?? 0) ^ (expected[i - layout.tag] ?? 0)
  return difference === 0
}

export function looksLikeRefreshToken(text: string): boolean {
  return text.startsWith(prefix)
}
