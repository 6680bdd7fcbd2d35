/** The refresh token: a prefix, then base64url of version, key id, grant, generation, day of issue, 256-bit secret and tag. The tag lets junk fail without a look
 *  at the store; the generation lets a replay be recognised for the family's whole life without a table of spent tokens (SF-194). */
import {
  generation,
  grantId,
  type Clock,
  type Generation,
  type GrantId,
  type RandomBytes,
} from '../../values/domain.ts'
import { instant, type Instant } from '../../values/time.ts'
import type { Keyring, KeyState } from './keyring.ts'
import { sha256Hex, type Mac } from './mac.ts'

const prefix = '5Aep861' // for log scrubbers; no check relies on it being Salesforce's (SF-05)
const version = 1
const layout = { version: 0, key: 1, grant: 2, generation: 18, day: 22, secret: 24, tag: 56, end: 72 } as const
const dayLength = 86_400_000
const lastDay = 0xffff // in the year 2149; a clock that a test has put beyond it is told as that day

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
  /** The beginning of the day, in UTC. */
  readonly issuedOn: Instant
  readonly hash: string
  readonly keyState: KeyState
}

export function mintRefreshToken(
  grant: GrantId,
  nth: Generation,
  { keyring, random, clock }: { readonly keyring: Keyring; readonly random: RandomBytes; readonly clock: Clock },
): MintedRefreshToken {
  const { id, mac } = keyring.activeTagKey
  const bytes = Buffer.allocUnsafe(layout.end)
  bytes[layout.version] = version
  bytes[layout.key] = id
  bytes.write(grant, layout.grant, 'hex')
  bytes.writeUInt32BE(nth, layout.generation)
  bytes.writeUInt16BE(Math.min(Math.floor(clock() / dayLength), lastDay), layout.day)
  bytes.set(random(32), layout.secret)
  bytes.set(mac(bytes.subarray(0, layout.tag)).subarray(0, layout.end - layout.tag), layout.tag)
  const text = prefix + bytes.toString('base64url')
  return { text, generation: nth, hash: sha256Hex(text), keyId: id }
}

/** Undefined for everything that this keyring has not minted, byte for byte: another spelling of the same bytes is junk as well. `isKnown` says that the
 *  store's owner remembers a token of this grant with this hash: the hash covers the whole text, so that the tag could prove no more. */
export function readRefreshToken(
  text: string,
  keyring: Keyring,
  isKnown: (grant: GrantId, hash: string) => boolean = () => false,
): ReadRefreshToken | undefined {
  if (text.length !== textLength || !text.startsWith(prefix)) return undefined
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
  if (bytes.length !== layout.end || bytes[layout.version] !== version) return undefined
  const key = keyring.tagKey(bytes[layout.key] ?? 0)
  if (key === undefined) return undefined
  const grant = grantId(bytes.toString('hex', layout.grant, layout.generation))
  const hash = sha256Hex(text)
  if (!isKnown(grant, hash) && !isMintedBy(key, bytes, text)) return undefined
  return {
    grant,
    generation: generation(bytes.readUInt32BE(layout.generation)),
    issuedOn: instant(bytes.readUInt16BE(layout.day) * dayLength),
    hash,
    keyState: key.state,
  }
}

const textLength = prefix.length + (layout.end / 3) * 4 // three bytes in four characters, and none over

function isMintedBy({ mac }: { readonly mac: Mac }, bytes: Buffer, text: string): boolean {
  if (!sameTag(mac(bytes.subarray(0, layout.tag)), bytes)) return false
  return bytes.toString('base64url') === text.slice(prefix.length) // not the other alphabet of base64
}

/** Constant time: every byte is looked at. */
function sameTag(expected: Buffer, bytes: Buffer): boolean {
  let difference = 0
  for (let i = layout.tag; i < layout.end; i += 1) difference |= (bytes[i] ?? 0) ^ (expected[i - layout.tag] ?? 0)
  return difference === 0
}

export function looksLikeRefreshToken(text: string): boolean {
  return text.startsWith(prefix)
}
