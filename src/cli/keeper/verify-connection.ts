/** `verify`: one real exchange of a connection now, and the address that it left from. */
import { isRecord } from '../../documents/words.ts'
import type { Terminal } from '../terminal.ts'
import { connectionPath, keeperOf, type KeeperClientFlags } from './keeper-address.ts'

export type VerifyFlags = KeeperClientFlags & { readonly egress?: string }

export async function verifyConnection(terminal: Terminal, connection: string, flags: VerifyFlags): Promise<void> {
  const keeper = keeperOf(terminal, flags)
  const { egress } = flags
  const pinned = egress === undefined ? {} : { egress }
  const { body } = await keeper.ask('POST', `${connectionPath(connection)}/verify`, { body: pinned })
  if (!isRecord(body) || typeof body['generation'] !== 'number')
    throw new Error(`${keeper.url} sent an answer without a generation`)
  if (flags.json === true) return terminal.out(JSON.stringify(body))
  const from = typeof body['egress'] === 'string' ? body['egress'] : 'this machine'
  terminal.out(`${connection} was exchanged from ${from}: generation ${body['generation']}`)
}
