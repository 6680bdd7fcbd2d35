/** A request to a SOCKS5 proxy. SOCKS5 can neither say where a tunnel leaves nor be asked to end it. */
import type { Duplex } from 'node:stream'
import type { ProxyCredentials } from '../../ip/proxy-url.ts'
import { FirstBytes } from '../../streams/first-bytes.ts'
import { askSocks, type SocksFault } from '../../streams/socks-client.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { socksRefusal } from '../rules/proxy-reply.ts'
import type { TunnelAnswer, TunnelFault, TunnelQuestion } from './via-http.ts'

/** `stream` carries the tunnel afterwards, what has come of it included. */
export async function askSocksProxy(
  stream: Duplex,
  { url, to, pin }: TunnelQuestion,
): Promise<Result<TunnelAnswer, TunnelFault>> {
  const credentials = pinned(url.credentials, pin)
  if (!credentials.ok) return fault({ why: credentials.fault })
  const answers = new FirstBytes(stream)
  const failed = await askSocks(stream, answers, { credentials: credentials.value, to })
  if (failed !== undefined) return fault({ why: wordsOf(failed) })
  answers.release()
  return ok({ egress: undefined, leavesFrom: undefined, endsWithin: undefined })
}

/** As a clause. */
function wordsOf(failed: SocksFault): string {
  if (failed.kind === 'broken') return failed.why
  return failed.kind === 'refused' ? socksRefusal(failed.reply) : 'it refused the user and password'
}

/** A Sallyport takes the egress as a part of the user: `app+egress=a`. */
function pinned(
  credentials: ProxyCredentials | undefined,
  pin: string | undefined,
): Result<ProxyCredentials | undefined, string> {
  if (pin === undefined) return ok(credentials)
  if (credentials === undefined) return fault('over SOCKS5 an egress is asked for in the user, and its URL has none')
  const user = `${credentials.user}+egress=${pin}`
  if (Buffer.byteLength(user) > 255) return fault('its user is too long for SOCKS5 with the name of the egress')
  return ok({ user, password: credentials.password })
}
