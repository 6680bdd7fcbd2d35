/** Encryption of what must be read back: client secrets and signing keys under the org's keyring, a successor under its parent token. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { RandomBytes } from '../../values/domain.ts'
import type { Keyring } from './keyring.ts'
import { macWith } from './mac.ts'

const nonceBytes = 12
const tagBytes = 16

/** AES-256-GCM: key id, nonce, ciphertext, tag. `place` binds it to where it is stored, so that a moved ciphertext does not open. */
export function seal(
  text: string,
  place: string,
  { keyring, random }: { readonly keyring: Keyring; readonly random: RandomBytes },
): Uint8Array {
  const { id, bytes } = keyring.activeSealKey
  return Buffer.concat([Buffer.of(id), encrypt(text, place, { key: bytes, nonce: random(nonceBytes) })])
}

/** Undefined where the key is not in the keyring, or the bytes were sealed for another place or altered. */
export function unseal(sealed: Uint8Array, place: string, keyring: Keyring): string | undefined {
  const key = keyring.sealKey(sealed[0] ?? 0)
  return key && decrypt(sealed.subarray(1), place, key.bytes)
}

/** The successor, readable only by whoever holds the parent token's text: the store alone reveals nothing (P-12). */
export function sealSuccessor(successor: string, parent: string, random: RandomBytes): Uint8Array {
  return encrypt(successor, 'successor', { key: successorKey(parent), nonce: random(nonceBytes) })
}

export function unsealSuccessor(sealed: Uint8Array, parent: string): string | undefined {
  return decrypt(sealed, 'successor', successorKey(parent))
}

function successorKey(parent: string): Uint8Array {
  return macWith(Buffer.from(parent))(Buffer.from('sallyport refresh token successor'))
}

function encrypt(
  text: string,
  place: string,
  { key, nonce }: { readonly key: Uint8Array; readonly nonce: Uint8Array },
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

function decrypt(sealed: Uint8Array, place: string, key: Uint8Array): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(sealed.length - tagBytes))
  try {
    const start = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes))
    return Buffer.concat([start, decipher.final()]).toString('utf8')
  } catch {
    return undefined // the tag does not fit: that is the whole of what GCM says
  }
}
