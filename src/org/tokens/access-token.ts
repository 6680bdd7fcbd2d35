/** The access token: `<15-character org id>!` and base64url of key id, grant, sequence, instant, scopes and tag. It has no row of its own (P-10). */
import { grantId, sequence, type GrantId, type OrganizationId, type Sequence } from '../../values/domain.ts'
import { instant, type Instant } from '../../values/time.ts'
import type { Keyring } from './keyring.ts'

const version = 1
const layout = { version: 0, key: 1, grant: 2, sequence: 18, issuedAt: 22, scopes: 28, tag: 34, end: 50 } as const

export type AccessTokenClaims = {
  readonly grant: GrantId
  readonly sequence: Sequence
  readonly issuedAt: Instant
  /** The scopes of this token, as a subset of its grant's: bit i stands for the grant's i-th scope, 48 at most. */
  readonly scopes: number
}

export function mintAccessToken(organization: OrganizationId, claims: AccessTokenClaims, keyring: Keyring): string {
  const { id, mac } = keyring.activeTagKey
  const bytes = Buffer.allocUnsafe(layout.end)
  bytes[layout.version] = version
  bytes[layout.key] = id
  bytes.write(claims.grant, layout.grant, 'hex')
  bytes.writeUInt32BE(claims.sequence, layout.sequence)
  bytes.writeUIntBE(claims.issuedAt, layout.issuedAt, 6)
  bytes.writeUIntBE(claims.scopes, layout.scopes, 6)
  bytes.set(mac(bytes.subarray(0, layout.tag)).subarray(0, layout.end - layout.tag), layout.tag)
  return `${organization.slice(0, 15)}!${bytes.toString('base64url')}`
}

/** Undefined for whatever this org did not mint. Says nothing of whether the token is still alive. */
export function readAccessToken(
  organization: OrganizationId,
  text: string,
  keyring: Keyring,
): AccessTokenClaims | undefined {
  if (text.length !== 16 + Math.ceil((layout.end * 4) / 3) || !looksLikeAccessToken(organization, text))
    return undefined
  const bytes = Buffer.from(text.slice(16), 'base64url')
  if (bytes.length !== layout.end || bytes[layout.version] !== version) return undefined
  const key = keyring.tagKey(bytes[layout.key] ?? 0)
  if (key === undefined || key.state === 'compromised') return undefined // a forger holds that key
  const expected = key.mac(bytes.subarray(0, layout.tag))
  let difference = 0
  for (let i = layout.tag; i < layout.end; i += 1) difference |= (bytes[i] ?? 0) ^ (expected[i - layout.tag] ?? 0)
  if (difference !== 0 || bytes.toString('base64url') !== text.slice(16)) return undefined
  return {
    grant: grantId(bytes.toString('hex', layout.grant, layout.sequence)),
    sequence: sequence(bytes.readUInt32BE(layout.sequence)),
    issuedAt: instant(bytes.readUIntBE(layout.issuedAt, 6)),
    scopes: bytes.readUIntBE(layout.scopes, 6),
  }
}

export function looksLikeAccessToken(organization: OrganizationId, text: string): boolean {
  return text.charAt(15) === '!' && text.startsWith(organization.slice(0, 15))
}

/** The bits of `subset` within `all`, both in OAuth spelling. Arithmetic, since bit operators stop at 32. */
export function scopeBits(subset: readonly string[], all: readonly string[]): number {
  if (subset === all) return 2 ** Math.min(all.length, mostScopes) - 1
  return all.slice(0, mostScopes).reduce((bits, scope, i) => (subset.includes(scope) ? bits + 2 ** i : bits), 0)
}

export function scopesOfBits(bits: number, all: readonly string[]): readonly string[] {
  return all.filter((_, i) => i < mostScopes && Math.floor(bits / 2 ** i) % 2 === 1)
}

const mostScopes = 48
