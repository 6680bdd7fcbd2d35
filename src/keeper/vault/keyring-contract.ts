/** What a keyring is to those who use it, whoever keeps the keys. */
import type { RandomBytes } from '../../values/domain.ts'
import type { Result } from '../../values/result.ts'
import type { Secret } from '../../values/secret.ts'
import type { KeyringRefusal } from '../rules/drop-key.ts'

export type WrappedKey = {
  /** Which key of the keyring it is wrapped under. */
  readonly key: string
  readonly bytes: Uint8Array
}

/** All that the vault needs of a keyring, so that a KMS can be one. `context` is bound: what was wrapped in one does not unwrap in another. */
export type Keyring = {
  /** The key that `wrap` uses now, as far as this process knows. */
  readonly current: string
  /** The data key stays the caller's, who erases it: nothing of it may be kept. */
  readonly wrap: (dataKey: Uint8Array, context: string) => Promise<WrappedKey>
  /** What comes back is the caller's to erase. Rejects with a VaultFault `wrong-keyring` or `moved-or-damaged`; with anything else where the keyring
   *  could not be asked, which says nothing about the key. */
  readonly unwrap: (wrapped: WrappedKey, context: string) => Promise<Uint8Array>
}

/** Without the key itself. `retiredAt`: when another one became current, in milliseconds since 1970. */
export type KeyListing = { readonly id: string; readonly madeAt?: number; readonly retiredAt?: number }

export type HeldKeyring = Keyring & {
  /** The current one first. */
  readonly keys: () => readonly KeyListing[]
  /** A fresh key, current from now on; resolves with its id once it is durable. Those before it stay and unwrap. Rejects where it cannot be written, and
   *  then nothing has changed. */
  readonly addKey: () => Promise<Result<string, KeyringRefusal>>
  /** `stillWrapped` counts what the whole vault holds under that key; it is asked after every process has had time to learn of the newer key. */
  readonly dropKey: (id: string, stillWrapped: () => Promise<number>) => Promise<Result<string, KeyringRefusal>>
}

export type KeyringSource =
  /** JSON, mode 0600. Made where there is none, but only for a vault that holds nothing yet: a fresh key would open nothing of an old one. */
  | { readonly kind: 'file'; readonly path: string; readonly vaultIsNew: boolean }
  /** What a file holds, or keys alone (32 bytes each in base64, parted by spaces or commas, the current one first). `name`: for the words, e.g. the
   *  variable's. */
  | { readonly kind: 'text'; readonly text: Secret; readonly name: string }

export type KeyringParts = {
  readonly random: RandomBytes
  /** Milliseconds since 1970. */
  readonly clock: () => number
}
