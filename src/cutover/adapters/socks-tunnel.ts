/** A tunnel through a SOCKS5 proxy (RFC 1928), with user and password (RFC 1929). Names are resolved by the proxy, as keeper and gateway have it. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { socksHost, socksText } from '../../ip/socks-fields.ts'
import { parseHost } from '../../ip/hosts.ts'
import type { ProxyAddress } from './proxy-url.ts'

const version = 5
const methods = { none: 0, password: 2 } as const
/** By the kind of address that an answer has. */
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

/** Carries bytes to and from `to` when it resolves; rejects with what went wrong, which names the proxy without its credentials. */
export async function openSocksTunnel(proxy: ProxyAddress, to: URL, stop: AbortSignal): Promise<Socket> {
  const { host, port } = proxy
  const socket = connect({ host, port })
  const end = (): void => void socket.destroy()
  stop.addEventListener('abort', end, { once: true })
  try {
    await once(socket, 'connect', { signal: stop })
    await authenticate(proxy, socket)
    await ask(proxy, socket, to)
    return socket
  } catch (cause) {
    socket.destroy()
    throw cause
  }
}

async function authenticate({ shown, credentials }: ProxyAddress, socket: Socket): Promise<void> {
  const method = credentials === undefined ? methods.none : methods.password
  socket.write(Buffer.from([version, 1, method]))
  const [spoken, chosen] = await exactly(shown, socket, 2)
  if (spoken !== version) throw new Error(`${shown} does not speak SOCKS5`)
  if (chosen !== method)
    throw new Error(`${shown} ${credentials === undefined ? 'wants credentials' : 'takes no user and password'}`)
  if (credentials === undefined) return
  const { user, password } = credentials
  socket.write(Buffer.concat([Buffer.from([1]), socksText(user), socksText(password.expose())]))
  const [, verdict] = await exactly(shown, socket, 2)
  if (verdict !== 0) throw new Error(`${shown} refused the user and password`)
}

async function ask({ shown }: ProxyAddress, socket: Socket, to: URL): Promise<void> {
  const host = parseHost(to.hostname)
  if (!host.ok) throw new Error(`${to.hostname} is no host`)
  const port = to.port === '' ? (to.protocol === 'https:' ? 443 : 80) : Number(to.port)
  socket.write(
    Buffer.concat([Buffer.from([version, 1, 0]), socksHost(host.value), Buffer.from([port >>> 8, port & 255])]),
  )
  const [spoken, reply = 1, , kind = 0] = await exactly(shown, socket, 4)
  if (spoken !== version) throw new Error(`${shown} does not speak SOCKS5`)
  if (reply !== 0) throw new Error(`${shown} refused the tunnel with ${reply} (RFC 1928 section 6)`)
  const [named = 0] = kind === 3 ? await exactly(shown, socket, 1) : []
  // where it leaves from is of the proxy's own choosing, and proves nothing (P-41)
  await exactly(shown, socket, (addressBytes[kind] ?? named) + 2)
}

/** What comes after stays in the socket. */
async function exactly(shown: string, socket: Socket, count: number): Promise<Buffer> {
  let held = Buffer.alloc(0)
  while (held.length < count) {
    const read: unknown = socket.read()
    if (Buffer.isBuffer(read)) held = Buffer.concat([held, read])
    else if (socket.destroyed) throw new Error(`${shown} has hung up`)
    else await more(socket)
  }
  if (held.length > count) socket.unshift(held.subarray(count))
  return held.subarray(0, count)
}

/** No listener stays: one for `readable` would keep whoever comes after from its data. */
async function more(socket: Socket): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(socket, 'readable', { signal }), once(socket, 'close', { signal })]).finally(() =>
    over.abort(),
  )
}
