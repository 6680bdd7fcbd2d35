/** The care of a vault as a whole: its keys, its export and import, and what was handed over. */
import type { ConnectionKey } from './connection-key.ts'
import { unknownConnection } from './error-of.ts'
import type { ConnectionName } from './keeper-face.ts'
import { openKeys } from './keys.ts'
import type { KeyCare } from './keys-face.ts'
import type { MoveCare } from './move-face.ts'
import { exportVault } from './move/export.ts'
import { takeBack, takeBackExport } from './move/hand-over.ts'
import { importVault, type ImportParts } from './move/import.ts'
import { findConnection } from './store/connection-row.ts'
import type { VaultKeyring } from './vault-keyring.ts'

export type VaultCare = KeyCare & MoveCare

export type VaultCareParts = {
  readonly parts: ImportParts
  readonly keyring: VaultKeyring
  /** Throws where the keeper is closed. */
  readonly keyOf: (name: ConnectionName) => ConnectionKey
}

export function openVaultCare({ parts, keyring, keyOf }: VaultCareParts): VaultCare {
  const { storage, log } = parts
  return {
    ...openKeys({ storage, log, ...keyring }),
    exportVault: async (wish) => await exportVault(parts, wish),
    importVault: async (wish) => await importVault(parts, wish),
    async takeBack(wish) {
      if ('export' in wish) return await takeBackExport(parts, wish.export)
      const key = keyOf(wish.of)
      const connection = await storage.read(() => findConnection(key))
      if (connection === undefined) throw unknownConnection(key)
      return (await takeBack(parts, connection)) ? 1 : 0
    },
  }
}
