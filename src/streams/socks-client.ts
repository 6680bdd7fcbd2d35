/** What is said to a SOCKS5 proxy before a tunnel is there (RFC 1928), with user and password (RFC 1929). Whoever asks has words of their own for
 *  what may go wrong. */
import type { Writable } from 'node:stream'
import type { Destination } from '../ip/hosts.ts'
import type { ProxyCredentials } from '../ip/proxy-url.ts'
import { socksHost, socksText } from '../ip/socks-fields.ts'
import type { FirstBytes } from './first-bytes.ts'

export type SocksFault =
  /** The connection ended, or what came is not what the protocol says: a clause about the proxy, or a code of the system. */
  | { readonly kind: 'broken'; readonly why: string }
  | { readonly kind: 'wrong-credentials' }
  /** RFC 1928 section 6. */
  | { readonly kind: 'refused'; readonly reply: number }

export type SocksAsk = {
  /** Undefined: the proxy is asked to do without. User and password have 255 bytes each at most. */
  readonly credentials: ProxyCredentials | undefined
  /** A name is resolved by the proxy. */
  readonly to: Destination
}

const version = 5
const noAuthentication = 0
const userAndPassword = 2
/** By the kind of address that an answer has. */
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

/** Undefined: what comes next is the tunnel's. The address in its answer is of the proxy's own choosing and proves nothing (P-41). */
export async function askSocks(
  stream: Writable,
  answers: FirstBytes,
  { credentials, to }: SocksAsk,
): Promise<SocksFault | undefined> {
  const refused = await authenticate(stream, answers, credentials)
  if (refused !== undefined) return refused
  stream.write(request(to))
  return await readReply(answers)
}

async function authenticate(
  stream: Writable,
  answers: FirstBytes,
  credentials: ProxyCredentials | undefined,
): Promise<SocksFault | undefined> {
  const method = credentials === undefined ? noAuthentication : userAndPassword
  stream.write(Buffer.from([version, 1, method]))
  const chosen = await answers.exactly(2)
  if (chosen === undefined) return broken(answers.fault)
  if (chosen[0] !== version) return broken(otherProtocol)
  if (chosen[1] !== method)
    return broken(credentials === undefined ? 'it wants credentials' : 'it takes no user and password')
  if (credentials === undefined) return undefined
  stream.write(Buffer.concat([Buffer.from([1]), socksText(credentials.user), socksText(credentials.password)]))
  const verdict = await answers.exactly(2)
  if (verdict === undefined) return broken(answers.fault)
  return verdict[1] === 0 ? undefined : { kind: 'wrong-credentials' }
}

async function readReply(answers: FirstBytes): Promise<SocksFault | undefined> {
  const head = await answers.exactly(4)
  if (head === undefined) return broken(answers.fault)
  const [first, reply = 1, , kind = 0] = head
  if (first !== version) return broken(otherProtocol)
  if (reply !== 0) return { kind: 'refused', reply }
  const name = kind === 3 ? await answers.exactly(1) : undefined
  const bytes = name?.[0] ?? addressBytes[kind]
  if (bytes === undefined) return broken('its answer has an address of no known kind')
  return (await answers.exactly(bytes + 2)) === undefined ? broken(answers.fault) : undefined
}

const request = ({ host, port }: Destination): Buffer =>
  Buffer.concat([Buffer.from([version, 1, 0]), socksHost(host), Buffer.from([port >>> 8, port & 255])])

const otherProtocol = 'it does not speak SOCKS5'
const broken = (why: string): SocksFault => ({ kind: 'broken', why })
