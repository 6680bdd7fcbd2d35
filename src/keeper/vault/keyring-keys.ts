/** The keys of a keyring in use: wrapping, unwrapping, and the names of keys. */
import { createHmac } from 'node:crypto'
import type { RandomBytes } from '../../values/domain.ts'
import { decrypt, encrypt } from './gcm.ts'
import type { WrappedKey } from './keyring-contract.ts'
import { VaultFault } from './vault-fault.ts'

export const keyBytes = 32

/** A key is named by its own bytes, so another key never has its name: what cannot be opened is told apart from what has no key. Nothing about the key can be
 *  read out of its name. */
export function keyName(key: Uint8Array): string {
  return createHmac('sha256', key).update('sallyport keeper keyring name').digest('hex').slice(0, 16)
}

/** Not random, for certain: a placeholder, e.g. of zeros. 32 random bytes have so few different ones once in 10^40. */
export function isPlaceholder(key: Uint8Array): boolean {
  return new Set(key).size < 8
}

export type Wrapping = { readonly context: string; readonly random: RandomBytes }

export function wrapUnder(key: Uint8Array, dataKey: Uint8Array, { context, random }: Wrapping): WrappedKey {
  const associated = Buffer.from(context)
  const bytes = withDerived(key, (derived) => encrypt(dataKey, { key: derived, nonce: random(12), associated }))
  return { key: keyName(key), bytes }
}

/** Throws a VaultFault `moved-or-damaged`. */
export function unwrapUnder(key: Uint8Array, wrapped: WrappedKey, context: string): Uint8Array {
  const associated = Buffer.from(context)
  const dataKey = withDerived(key, (derived) => decrypt(wrapped.bytes, { key: derived, associated }))
  if (dataKey !== undefined) return dataKey
  throw new VaultFault('moved-or-damaged', {
    means: `The keyring's key ${wrapped.key} does not open the data key for ${context}: it was moved from another row, or altered.`,
    next: ['Restore this row from a backup of the vault, or authorize the connection again.'],
  })
}

/** What names a key and what encrypts with it are different keys. */
function withDerived<T>(key: Uint8Array, work: (derived: Uint8Array) => T): T {
  const derived = createHmac('sha256', key).update('sallyport keeper keyring wrap').digest()
  try {
    return work(derived)
  } finally {
    derived.fill(0)
  }
}

export function wrongKeyring(wrapped: WrappedKey, place: string, has: readonly string[]): VaultFault {
  return new VaultFault('wrong-keyring', {
    means: `A data key is wrapped under the key ${wrapped.key}, which ${place} does not have (it has ${has.join(', ')}).`,
    next: [
      `Put the keyring back that was in use with this vault, or restore both from one backup.`,
      'Nothing was changed; with the right keyring everything opens again.',
    ],
  })
}
