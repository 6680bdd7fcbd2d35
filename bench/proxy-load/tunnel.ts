/** A client of a proxy: connects, asks for a tunnel, and says when it is there. */
import { connect, type Socket } from 'node:net'
import { originHost, type ProxyTarget } from './job.ts'

export type TunnelEvents = {
  /** The proxy has said 2xx. */
  readonly opened: (socket: Socket) => void
  /** Bytes of the far side. The buffer is used again after the call. */
  readonly heard: (socket: Socket, bytes: Buffer) => void
  /** Once, and `closed` comes after it. */
  readonly failed: (why: string) => void
  readonly closed: () => void
}

export type TunnelAsk = { readonly proxy: ProxyTarget; readonly port: number; readonly events: TunnelEvents }

const shared = Buffer.alloc(64 * 1024) // one for all sockets: what comes is looked at before the next read

/** Without the stream of Node on the way in, which would cost the load more than the proxy. */
export function openTunnel({ proxy, port, events }: TunnelAsk): Socket {
  let seen: string | undefined = ''
  const socket: Socket = connect({
    host: proxy.host,
    port: proxy.port,
    noDelay: true,
    onread: {
      buffer: shared,
      callback(length) {
        const bytes = shared.subarray(0, length)
        if (seen === undefined) events.heard(socket, bytes)
        else judge((seen += bytes.toString('latin1')))
        return true
      },
    },
  })
  const judge = (text: string): void => {
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    seen = undefined
    if (!/^HTTP\/1\.[01] 2/.test(text))
      socket.destroy(new Error(`the proxy said ${text.slice(0, text.indexOf('\r\n'))}`))
    else if (end + 4 < text.length) socket.destroy(new Error('bytes behind the head that nobody asked for'))
    else events.opened(socket)
  }
  socket.on('connect', () => socket.write(connectHead(proxy, port), 'latin1'))
  socket.on('error', (error) => events.failed(error.message))
  socket.on('end', () => socket.destroy(new Error('the proxy ended the connection')))
  socket.on('close', () => events.closed())
  return socket
}

function connectHead({ authorization }: ProxyTarget, port: number): string {
  const to = `${originHost}:${port}`
  return `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\nProxy-Authorization: ${authorization}\r\n\r\n`
}
