/** AES-256-GCM as everything in the vault uses it: one version byte, a nonce of 96 bits, the ciphertext, a tag of 128 bits. */
import { createCipheriv, createDecipheriv } from 'node:crypto'

const version = 1
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + nonceBytes
const options = { authTagLength: tagBytes } // and no shorter one, as GCM would allow

/** `nonce`: 12 fresh random bytes, never used with this key before. The key and the plaintext stay the caller's. */
export function encrypt(
  plain: Uint8Array,
  { key, nonce, associated }: { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly associated: Uint8Array },
): Uint8Array {
  if (nonce.length !== nonceBytes) throw new Error(`a nonce of ${nonce.length} bytes instead of ${nonceBytes}`)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, options).setAAD(associated)
  const body = [cipher.update(plain), cipher.final()]
  return Buffer.concat([Buffer.of(version), nonce, ...body, cipher.getAuthTag()])
}

/** Undefined where the key, the associated data or the bytes are not those of the sealing: GCM tells no more. What comes back is the caller's to erase. */
export function decrypt(
  sealed: Uint8Array,
  { key, associated }: { readonly key: Uint8Array; readonly associated: Uint8Array },
): Uint8Array | undefined {
  if (sealed.length < headBytes + tagBytes || sealed[0] !== version) return undefined
  const end = sealed.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, headBytes), options)
  decipher.setAAD(associated).setAuthTag(sealed.subarray(end))
  const plain = decipher.update(sealed.subarray(headBytes, end))
  try {
    decipher.final()
    return plain
  } catch {
    plain.fill(0) // unproven bytes are nobody's
    return undefined
  }
}
