/** One connection over TCP. */
import { connect, type Socket } from 'node:net'
import { bareHost, type Destination } from '../../ip/hosts.ts'
import { lookupJudged, NotPermitted, type Judged } from './resolve.ts'

export type Dialled =
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly stage: 'resolve' | 'connect'; readonly why: string }

/** `begun` is given the socket before it is connected, so that a deadline can destroy it. Its later errors have a listener already; it
 *  is open until it is destroyed. `judged`: only what may be dialled is; left out where that is known already, or is nobody's business. */
export async function dial(
  { host, port }: Destination,
  begun: (socket: Socket) => void,
  judged?: Judged,
): Promise<Dialled> {
  const may = host.kind === 'address' ? judged?.judge([host.address]) : undefined
  if (may?.ok === false) return { kind: 'failed', stage: 'resolve', why: may.fault }
  const lookup = judged === undefined ? {} : { lookup: lookupJudged(judged) }
  // half open, because a socket that ends itself when the other side has ended cannot be reset any more, and would never close
  const socket = connect({ host: bareHost(host), port, noDelay: true, allowHalfOpen: true, ...lookup })
  begun(socket)
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve({ kind: 'connected', socket }))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isName = error instanceof NotPermitted || error.syscall === 'getaddrinfo'
      const stage = isName ? 'resolve' : 'connect'
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
