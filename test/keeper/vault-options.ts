/** A vault in a folder, for processes that are to start without loading anything else. */
import { join } from 'node:path'
import type { KeeperOptions } from '../../src/keeper/keeper-face.ts'

export const vaultOptions = (folder: string): KeeperOptions => ({
  ...{ storage: `sqlite:${folder}`, keyring: { file: join(folder, 'keyring.json') }, spool: join(folder, 'spool') },
  ...{ proxy: 'direct', rounds: 'off', loginHosts: ['127.0.0.1', '*.example.com'] },
})
