/** A tunnel through a SOCKS5 proxy. Names are resolved by the proxy, as keeper and gateway have it. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { parseHost, type Destination } from '../../ip/hosts.ts'
import { socksReplyWords } from '../../ip/socks-fields.ts'
import { FirstBytes } from '../../streams/first-bytes.ts'
import { askSocks, type SocksFault } from '../../streams/socks-client.ts'
import type { ProxyAddress } from './proxy-url.ts'

/** Carries bytes to and from `to` when it resolves; rejects with what went wrong, which names the proxy without its credentials. */
export async function openSocksTunnel(proxy: ProxyAddress, to: URL, stop: AbortSignal): Promise<Socket> {
  const { host, port, credentials } = proxy
  const socket = connect({ host, port })
  stop.addEventListener('abort', () => void socket.destroy(), { once: true })
  try {
    await once(socket, 'connect', { signal: stop })
    const answers = new FirstBytes(socket)
    const asked = credentials && { user: credentials.user, password: credentials.password.expose() }
    const failed = await askSocks(socket, answers, { credentials: asked, to: destinationOf(to) })
    if (failed !== undefined) throw new Error(`${proxy.shown}${wordsOf(failed)}`)
    answers.release()
    return socket
  } catch (cause) {
    socket.destroy()
    throw cause
  }
}

function destinationOf({ hostname, port, protocol }: URL): Destination {
  const host = parseHost(hostname)
  if (!host.ok) throw new Error(`${hostname} is no host`)
  return { host: host.value, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}

function wordsOf(failed: SocksFault): string {
  if (failed.kind === 'broken') return `: ${failed.why}`
  if (failed.kind === 'refused')
    return ` refused the tunnel with ${failed.reply} (RFC 1928 section 6: ${socksReplyWords(failed.reply)})`
  return ' refused the user and password'
}
