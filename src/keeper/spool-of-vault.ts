/** A vault's own place in the folder of spools: several vaults may have that in common, and none takes what another one has left there. */
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Storage } from '../storage/storage.ts'
import type { RandomBytes } from '../values/domain.ts'
import { lockOfLogin } from './connect/parts.ts'
import { lockOf } from './refresh/parts.ts'
import { findAuthorization } from './store/authorizations.ts'
import { findConnection } from './store/connection-row.ts'
import { findVaultName } from './store/vault-name.ts'
import type { KeeperWrites } from './store/writes.ts'
import type { Envelope, Lock } from './vault/envelope.ts'
import type { FlatSpool } from './vault/flat-spool.ts'
import type { Exchange } from './vault/spool-frame.ts'
import { openSpool, type Spool } from './vault/spool.ts'
import { VaultFault } from './vault/vault-fault.ts'

export type VaultSpoolParts = {
  readonly storage: Pick<Storage<KeeperWrites>, 'read' | 'write'>
  readonly envelope: Pick<Envelope, 'open'>
  readonly random: RandomBytes
}

export async function openVaultSpool(parts: VaultSpoolParts, folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const root = await realpath(folder)
  const into = join(root, `vault-${await nameOf(parts)}`)
  const flat: FlatSpool = { root, into, isOurs: async (exchange, sealed) => await opens(parts, exchange, sealed) }
  return await openSpool({ folder: into, random: parts.random, flat })
}

async function nameOf({ storage, random }: VaultSpoolParts): Promise<string> {
  const known = await storage.read(findVaultName)
  if (known !== undefined) return known
  const named = await storage.write('nameVault', { wish: Buffer.from(random(16)).toString('hex') })
  if (named.kind === 'committed') return named.value
  throw new Error(`the vault cannot be written: ${named.kind === 'dropped' ? named.why : named.cause.message}`)
}

async function opens(parts: VaultSpoolParts, exchange: Exchange, sealed: Uint8Array): Promise<boolean> {
  const lock = await lockIn(parts, exchange)
  if (lock === undefined) return false
  try {
    const bytes = await parts.envelope.open(sealed, lock)
    bytes.fill(0)
    return true
  } catch (cause) {
    if (cause instanceof VaultFault) return false
    throw cause
  }
}

async function lockIn({ storage }: VaultSpoolParts, exchange: Exchange): Promise<Lock | undefined> {
  const { key, generation, attempt } = exchange
  if (generation === 0) {
    const login = await storage.read(() => findAuthorization(attempt))
    return login === undefined ? undefined : lockOfLogin(login, 'reply')
  }
  const connection = await storage.read(() => findConnection(key))
  return connection === undefined ? undefined : lockOf(connection, { purpose: 'reply', generation, attempt })
}
