/** Whether the org itself says that an access token is over, of one that somebody calls so although it is fresh. */
import type { ConnectionKey } from './connection-key.ts'
import { readWhole } from './fetch/response.ts'
import { send } from './fetch/send.ts'
import type { AccessToken } from './keeper-face.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { saysTokenIsOver } from './rules/dead-token.ts'
import { fetchTarget } from './rules/salesforce-hosts.ts'
import { findConnection } from './store/connection-row.ts'

const patience = 10_000 // ms
const longest = 64 * 1024

/** Of userinfo, which spends nothing. False where it has not said so, for whatever reason. */
export async function isOver(
  { storage, transport, hosts }: Pick<ExchangeParts, 'storage' | 'transport' | 'hosts'>,
  key: ConnectionKey,
  { accessToken, instanceUrl }: AccessToken,
): Promise<boolean> {
  try {
    const connection = await storage.read(() => findConnection(key))
    if (connection === undefined) return false
    const target = fetchTarget('/services/oauth2/userinfo', {
      ...{ loginUrl: connection.loginUrl, instanceUrl, listed: hosts },
    })
    if (!target.ok) return false
    const request = { method: 'GET', headers: {}, body: undefined, signal: AbortSignal.timeout(patience) }
    const incoming = await send(transport, { target: target.value, token: accessToken, request })
    const words = new TextDecoder().decode(await readWhole(incoming, longest))
    return incoming.statusCode === 401 || (incoming.statusCode === 403 && saysTokenIsOver(words))
  } catch {
    return false
  }
}
