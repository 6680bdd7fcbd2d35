/** One connection over TCP. */
import { connect, type Socket } from 'node:net'
import { bareHost, type Destination } from '../rules/hosts.ts'

export type Dialled =
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly stage: 'resolve' | 'connect'; readonly why: string }

/** `begun` is given the socket before it is connected, so that a deadline can destroy it. Its later errors have a listener already; it
 *  is open until it is destroyed. */
export async function dial({ host, port }: Destination, begun: (socket: Socket) => void): Promise<Dialled> {
  // half open, because a socket that ends itself when the other side has ended cannot be reset any more, and would never close
  const socket = connect({ host: bareHost(host), port, noDelay: true, allowHalfOpen: true })
  begun(socket)
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve({ kind: 'connected', socket }))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const stage = error.syscall === 'getaddrinfo' ? 'resolve' : 'connect'
      resolve({ kind: 'failed', stage, why: codesOf(error) })
    })
  })
}

/** Of each address that was tried. */
function codesOf(error: NodeJS.ErrnoException & { readonly errors?: unknown }): string {
  const each = Array.isArray(error.errors) ? error.errors : [error]
  const codes = each.map((one: unknown) => (one instanceof Error ? codeOf(one) : 'no code'))
  return [...new Set(codes)].join(', ')
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message)
