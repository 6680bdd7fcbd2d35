/** Where the keeper of this installation answers, and with which token. */
import type { Loaded } from '../../config/load.ts'
import { listenAddress } from '../../documents/formats.ts'
import { tokenFileName } from '../../keeper/token-file.ts'
import { openAdminClient, type AdminClient } from '../admin-client.ts'
import { wrongUsage } from '../complaint.ts'
import { findToken, originGiven, urlOf } from '../org-address.ts'
import { loadSettings } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export type KeeperClientFlags = { readonly config?: string; readonly json?: boolean; readonly keeper?: string }

/** The configuration is judged first, and its warnings go to standard error. Throws a Complaint where there is no port, or no token. */
export function keeperOf(terminal: Terminal, flags: KeeperClientFlags): AdminClient {
  return keeperClient(loadSettings(terminal, flags.config), flags.keeper)
}

export function keeperClient(loaded: Loaded, given?: string): AdminClient {
  const { token } = loaded.configuration.keeper
  const found = findToken(loaded, { given: token, fileName: tokenFileName, ...words, start: 'sallyport keeper' })
  return openAdminClient(findKeeperUrl(loaded, given), found, {
    ...{ name: 'keeper', at: '/v1', token: words, next: ['sallyport keeper', 'Or name another: --keeper URL'] },
  })
}

const words = { called: 'token', variable: 'SALLYPORT_KEEPER_TOKEN' }

export function findKeeperUrl({ configuration: { keeper } }: Loaded, given: string | undefined): string {
  if (given !== undefined) return originGiven('--keeper', given, 'http://127.0.0.1:8481')
  const address = listenAddress(keeper.listen)
  if (address === undefined) throw new Error(`keeper.listen was not validated: ${keeper.listen}`)
  if (address.port === 0)
    throw wrongUsage('keeper.listen has port 0, so the keeper is not found by it.', '--keeper URL')
  return urlOf(address)
}

/** Of one connection. */
export const connectionPath = (id: string): string => `/connections/${encodeURIComponent(id)}`
