/** For whoever runs the gateway: is it alive, can anything leave, what has it done. Nothing here tells a credential. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRebound } from '../../ip/rebound.ts'
import type { AdminParts } from './admin-parts.ts'

export function registerHealth(server: FastifyInstance, { pool, metrics, writability }: AdminParts): void {
  const method = ['GET', 'HEAD']
  server.route({ method, url: '/healthz', handler: (_request, reply) => send(reply, 200, { status: 'ok' }) })
  server.route({
    method,
    url: '/readyz',
    onRequest: refuseRebound,
    async handler(_request, reply) {
      const egress = pool.views().map(({ name, state, why }) => ({ name, state, why }))
      // one is enough: a pair of which one is down is what it is there for
      if (!egress.some(({ state }) => state === 'up'))
        return send(reply, 503, { status: 'not ready', why: 'no egress is up', egress })
      const trouble = await writability.trouble()
      if (trouble === undefined) return send(reply, 200, { status: 'ready', egress })
      return send(reply, 503, { status: 'not ready', why: `use cannot be stored: ${trouble}`, egress })
    },
  })
  server.route({
    method,
    url: '/metrics',
    onRequest: refuseRebound,
    handler(_request, reply) {
      const { contentType, text } = metrics.exposition()
      return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text)
    },
  })
}

/** They ask for no token, and tell the names of clients and the addresses of egresses: not to whatever page a browser on this machine has open. */
async function refuseRebound(
  { headers, socket }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (!isRebound(headers.host, { localAddress: socket.localAddress })) return undefined
  return send(reply, 421, {
    status: 'refused',
    why: `the request came to the loopback under the name ${JSON.stringify(headers.host?.slice(0, 80))}`,
    next: 'Ask by address or as localhost; a reverse proxy on this machine has to send such a Host.',
  })
}

const send = (reply: FastifyReply, status: number, document: object): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(document))
