/** A server on its port, or words for why not. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { ListenAddress } from '../../documents/formats.ts'

/** As many as the kernel lets wait to be accepted, where it allows that many. */
const backlog = 4096

/** The address with the port that was taken. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  try {
    server.listen({ host, port, backlog })
    await once(server, 'listening')
  } catch (cause) {
    throw explained(cause, { host, port })
  }
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server listens on no port')
  return { host: bound.address, port: bound.port }
}

/** `http://127.0.0.1:9293`; IPv6 in brackets. */
export const urlOf = ({ host, port }: ListenAddress, { secure }: { readonly secure: boolean }): string =>
  `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`

function explained(cause: unknown, { host, port }: ListenAddress): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause
  const words = wordsFor(cause.code, { host, port })
  return words === undefined ? cause : Object.assign(new Error(words, { cause }), { code: cause.code })
}

function wordsFor(code: unknown, { host, port }: ListenAddress): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on ${host} port ${port}: find it with ss -ltnp 'sport = :${port}' and stop it, or set gateway.listen to another port.`
    case 'EACCES':
      return `This user may not listen on port ${port}: set gateway.listen to a port above 1023.`
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine (ip address show lists them): set gateway.listen to one that is.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${host} is not known: set gateway.listen to an address.`
    default:
      return undefined
  }
}
