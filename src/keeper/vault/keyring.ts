/** The keys that wrap the data keys of connections. They live beside the vault, never in it: whoever copies the database alone can read nothing. */
import type { HeldKeyring, KeyringParts, KeyringSource } from './keyring-contract.ts'
import { openKeyringFile } from './keyring-file.ts'
import { openKeyringText } from './keyring-text.ts'

export type { HeldKeyring, Keyring, KeyringParts, KeyringSource, KeyListing, WrappedKey } from './keyring-contract.ts'

/** Rejects with a VaultFault: `keyring-missing`, `keyring-open-to-others`, `keyring-damaged`, `keyring-busy`. Several processes may hold one file at once: a key that one
 *  of them adds is found by the others when they next wrap, or meet what is wrapped under it. */
export async function openKeyring(source: KeyringSource, parts: KeyringParts): Promise<HeldKeyring> {
  switch (source.kind) {
    case 'file':
      return await openKeyringFile(source, parts)
    case 'text':
      return openKeyringText(source, parts)
  }
}
