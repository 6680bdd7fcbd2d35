/** What can be wrong with keys and with what lies under them: broken installations, so they are thrown, and each has a name and words. */
import { KeeperError } from '../keeper-error.ts'

export type VaultFaultKind =
  /** Wrapped under a key that this keyring does not have: another keyring, or an older copy of it. Nothing was changed. */
  | 'wrong-keyring'
  /** The key is there and does not open these bytes: sealed for another tenant, connection, purpose, generation or attempt, or altered. */
  | 'moved-or-damaged'
  /** There are sealed secrets and no keyring. A fresh one would not open them, so none is made. */
  | 'keyring-missing'
  | 'keyring-open-to-others'
  | 'keyring-damaged'
  /** Another process has been changing it for longer than one ever takes. */
  | 'keyring-busy'
  /** It could not be asked, e.g. a KMS behind a network: that says nothing about the key. */
  | 'keyring-unreachable'

/** No message holds key material or a secret. `next`: what to do, one act each. A KeeperError, so that whoever asks for a token is told in the same form. */
export class VaultFault extends KeeperError {
  readonly kind: VaultFaultKind
  constructor(
    kind: VaultFaultKind,
    says: { readonly means: string; readonly next: readonly string[] },
    cause?: unknown,
  ) {
    super('VAULT_FAULT', says.means, { next: says.next })
    this.name = 'VaultFault'
    this.kind = kind
    if (cause !== undefined) this.cause = cause
  }
}
