/** The keyring of a vault: opened, asked in time, and found to be the one that the vault was sealed with before anything is written under it. */
import type { Storage } from '../storage/storage.ts'
import type { KeeperOptions } from './keeper-face.ts'
import type { Log } from './log.ts'
import { countKeyUses, findWrappedApps, findWrappedConnections } from './store/rewrap.ts'
import type { KeeperWrites } from './store/writes.ts'
import { askedKeyring } from './vault/asked-keyring.ts'
import { checkKeyring, type InUse } from './vault/check-keyring.ts'
import { openKeyring, type HeldKeyring, type Keyring, type KeyringParts } from './vault/keyring.ts'

export type VaultKeyring = {
  readonly keyring: Keyring
  /** Undefined where somebody else keeps the keys. */
  readonly held: HeldKeyring | undefined
}

export type KeyringEnvironment = KeyringParts & { readonly storage: Storage<KeeperWrites>; readonly log: Log }

/** Rejects with a VaultFault; then nothing was changed. */
export async function openVaultKeyring(
  environment: KeyringEnvironment,
  { keyring: given }: Pick<KeeperOptions, 'keyring'>,
): Promise<VaultKeyring> {
  const inUse = await findInUse(environment.storage)
  const { keyring: asked, held } = await openGiven(environment, given, { vaultIsNew: inUse.length === 0 })
  const keyring = askedKeyring(asked)
  for (const { key, count, fault } of await checkKeyring(keyring, inUse))
    environment.log.error('keeper.keyring-lacks', { key, count, kind: fault.kind, cause: fault.message })
  return { keyring, held }
}

async function openGiven(
  parts: KeyringParts,
  given: KeeperOptions['keyring'],
  { vaultIsNew }: { readonly vaultIsNew: boolean },
): Promise<VaultKeyring> {
  if ('wrap' in given) return { keyring: given, held: undefined }
  const held =
    'text' in given
      ? await openKeyring({ kind: 'text', ...given }, parts)
      : await openKeyring({ kind: 'file', path: given.file, vaultIsNew }, parts)
  return { keyring: held, held }
}

async function findInUse(storage: Storage<KeeperWrites>): Promise<readonly InUse[]> {
  const found: InUse[] = []
  for (const { key, count } of await storage.read(countKeyUses)) {
    const [connection] = await storage.read(() => findWrappedConnections(key, 1))
    const [app] = await storage.read(() => findWrappedApps(key, 1))
    if (connection !== undefined)
      found.push({ key, count, one: { owner: { kind: 'connection', ...connection.key }, wrapped: connection.wrapped } })
    else if (app !== undefined) {
      const { tenant, name: id } = app.key
      found.push({ key, count, one: { owner: { kind: 'app', tenant, id }, wrapped: app.wrapped } })
    }
  }
  return found
}
