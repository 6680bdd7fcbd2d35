/** For whoever runs the keeper: is it alive, can it store, what has it done. Nothing here tells a tenant's name, or a secret. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { exposition, expositionType } from '../../documents/exposition.ts'
import { isRebound } from '../../ip/rebound.ts'
import { figuresOf } from './figures.ts'
import type { ServiceParts } from './parts.ts'

const method = ['GET', 'HEAD']

export function registerHealth(server: FastifyInstance, parts: ServiceParts): void {
  const onRequest = refuseRebound(parts)
  server.route({ method, url: '/healthz', handler: (_request, reply) => send(reply, 200, { status: 'ok' }) })
  server.route({
    ...{ method, url: '/readyz', onRequest },
    async handler(_request, reply) {
      const trouble = await parts.keeper.storeTrouble()
      if (trouble === undefined) return send(reply, 200, { status: 'ready' })
      return send(reply, 503, { status: 'not ready', why: `tokens cannot be stored: ${trouble}` })
    },
  })
  server.route({
    ...{ method, url: '/metrics', onRequest },
    async handler(_request, reply) {
      const text = exposition(figuresOf(await parts.keeper.figures(), parts.clock()))
      return reply.header('content-type', expositionType).header('cache-control', 'no-store').send(text)
    },
  })
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

/** For what asks for no token: not to be told to whatever page a browser on this machine has open. */
export function refuseRebound({ publicUrl }: Pick<ServiceParts, 'publicUrl'>): Hook {
  return async ({ headers, socket }, reply) => {
    const { localAddress } = socket
    if (!isRebound(headers.host, { localAddress, knownAs: URL.parse(publicUrl())?.hostname ?? '' })) return undefined
    return send(reply, 421, {
      status: 'refused',
      why: `the request came to the loopback under the name ${JSON.stringify(headers.host?.slice(0, 80))}`,
      next: 'Ask by address, as localhost, or as keeper.publicUrl; a reverse proxy on this machine has to send such a Host.',
    })
  }
}

const send = (reply: FastifyReply, status: number, document: object): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(document))
