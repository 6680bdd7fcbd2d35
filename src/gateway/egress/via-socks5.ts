/** A request to a SOCKS5 proxy (RFC 1928), with user and password (RFC 1929). */
import { socksHost, socksText } from '../../ip/socks-fields.ts'
import { fault, ok } from '../../values/result.ts'
import type { Destination } from '../rules/destination/destination.ts'
import { socksRefusal } from '../rules/wire/upstream-reply.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ProxyAnswer, ProxyQuestion } from './via-http.ts'

const version = 5
const noAuthentication = 0
const userAndPassword = 2
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

export async function askSocksProxy({ url, to, socket, reader }: ProxyQuestion): Promise<ProxyAnswer> {
  const method = url.credentials === undefined ? noAuthentication : userAndPassword
  socket.write(Buffer.from([version, 1, method]))
  const chosen = await reader.exactly(2)
  if (chosen === undefined) return fault(reader.fault)
  if (chosen[0] !== version) return fault('it does not speak SOCKS5')
  if (chosen[1] !== method)
    return fault(method === noAuthentication ? 'it wants credentials' : 'it takes no user and password')
  if (url.credentials !== undefined) {
    socket.write(
      Buffer.concat([Buffer.from([1]), socksText(url.credentials.user), socksText(url.credentials.password)]),
    )
    const verdict = await reader.exactly(2)
    if (verdict === undefined) return fault(reader.fault)
    if (verdict[1] !== 0) return fault({ kind: 'proxy-refused', status: 'wrong credentials', speaksOf: 'proxy' })
  }
  socket.write(request(to))
  return await readReply(reader)
}

async function readReply(reader: ByteReader): Promise<ProxyAnswer> {
  const head = await reader.exactly(4)
  if (head === undefined) return fault(reader.fault)
  const [first, reply = 1, , kind = 0] = head
  if (first !== version) return fault('it does not speak SOCKS5')
  if (reply !== 0) return fault({ kind: 'proxy-refused', ...socksRefusal(reply) })
  const name = kind === 3 ? await reader.exactly(1) : undefined
  const bytes = name?.[0] ?? addressBytes[kind]
  if (bytes === undefined) return fault('its answer has an address of no known kind')
  // the address is of the proxy's own choosing and proves nothing (P-41)
  const bound = await reader.exactly(bytes + 2)
  return bound === undefined ? fault(reader.fault) : ok({ leavesFrom: undefined })
}

const request = ({ host, port }: Destination): Buffer =>
  Buffer.concat([Buffer.from([version, 1, 0]), socksHost(host), Buffer.from([port >>> 8, port & 255])])
