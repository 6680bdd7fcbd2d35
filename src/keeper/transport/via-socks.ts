/** A request to a SOCKS5 proxy (RFC 1928), with user and password (RFC 1929). SOCKS5 can neither say where a tunnel leaves nor be asked to end it. */
import type { Duplex } from 'node:stream'
import { socksHost, socksText } from '../../ip/socks-fields.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { Destination } from '../../ip/hosts.ts'
import { socksRefusal } from '../rules/proxy-reply.ts'
import type { ProxyCredentials } from '../../ip/proxy-url.ts'
import { ReplyReader } from './reader.ts'
import type { TunnelAnswer, TunnelFault, TunnelQuestion } from './via-http.ts'

type Answer = Result<TunnelAnswer, TunnelFault>

const version = 5
const noAuthentication = 0
const userAndPassword = 2
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

/** `stream` carries the tunnel afterwards, what has come of it included. */
export async function askSocksProxy(stream: Duplex, { url, to, pin }: TunnelQuestion): Promise<Answer> {
  const credentials = pinned(url.credentials, pin)
  if (!credentials.ok) return fault({ why: credentials.fault })
  const reader = new ReplyReader(stream)
  const refused = await authenticate(stream, reader, credentials.value)
  if (refused !== undefined) return fault({ why: refused })
  stream.write(request(to))
  const answer = await readReply(reader)
  if (answer.ok) reader.release()
  return answer
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

/** What went wrong, as a clause. */
async function authenticate(
  stream: Duplex,
  reader: ReplyReader,
  credentials: ProxyCredentials | undefined,
): Promise<string | undefined> {
  const method = credentials === undefined ? noAuthentication : userAndPassword
  stream.write(Buffer.from([version, 1, method]))
  const chosen = await reader.exactly(2)
  if (chosen === undefined) return reader.fault
  if (chosen[0] !== version) return 'it does not speak SOCKS5'
  if (chosen[1] !== method) return credentials === undefined ? 'it wants credentials' : 'it takes no user and password'
  if (credentials === undefined) return undefined
  stream.write(Buffer.concat([Buffer.from([1]), socksText(credentials.user), socksText(credentials.password)]))
  const verdict = await reader.exactly(2)
  if (verdict === undefined) return reader.fault
  return verdict[1] === 0 ? undefined : 'it refused the user and password'
}

async function readReply(reader: ReplyReader): Promise<Answer> {
  const head = await reader.exactly(4)
  if (head === undefined) return fault({ why: reader.fault })
  const [first, reply = 1, , kind = 0] = head
  if (first !== version) return fault({ why: 'it does not speak SOCKS5' })
  if (reply !== 0) return fault({ why: socksRefusal(reply) })
  const name = kind === 3 ? await reader.exactly(1) : undefined
  const bytes = name?.[0] ?? addressBytes[kind]
  if (bytes === undefined) return fault({ why: 'its answer has an address of no known kind' })
  // the address is of the proxy's own choosing and proves nothing (P-41)
  const bound = await reader.exactly(bytes + 2)
  if (bound === undefined) return fault({ why: reader.fault })
  return ok({ egress: undefined, leavesFrom: undefined, endsWithin: undefined })
}

const request = ({ host, port }: Destination): Buffer =>
  Buffer.concat([Buffer.from([version, 1, 0]), socksHost(host), Buffer.from([port >>> 8, port & 255])])
