/** A request to a SOCKS5 proxy. */
import { askSocks } from '../../streams/socks-client.ts'
import { fault, ok } from '../../values/result.ts'
import { socksRefusal } from '../rules/wire/upstream-reply.ts'
import type { ProxyAnswer, ProxyQuestion } from './via-http.ts'

export async function askSocksProxy({ url, to, socket, reader }: ProxyQuestion): Promise<ProxyAnswer> {
  const failed = await askSocks(socket, reader, { credentials: url.credentials, to })
  if (failed === undefined) return ok({ leavesFrom: undefined })
  if (failed.kind === 'broken') return fault(failed.why)
  if (failed.kind === 'refused') return fault({ kind: 'proxy-refused', ...socksRefusal(failed.reply) })
  return fault({ kind: 'proxy-refused', status: 'wrong credentials', speaksOf: 'proxy' })
}
