/** One connection over TCP. */
import { connect, type Socket } from 'node:net'
import { bareHost, type Destination } from '../rules/hosts.ts'

export type Dialled =
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly stage: 'resolve' | 'connect'; readonly why: string }

/** `begun` is given the socket before it is connected, so that a deadline can destroy it. Its later errors have a listener already. */
export async function dial({ host, port }: Destination, begun: (socket: Socket) => void): Promise<Dialled> {
  const socket = connect({ host: bareHost(host), port, noDelay: true })
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
