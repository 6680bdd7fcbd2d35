/** For whoever runs the gateway: is it alive, can anything leave, what has it done. Nothing here tells a credential. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { AdminParts } from './admin-parts.ts'

export function registerHealth(server: FastifyInstance, { pool, metrics, writability }: AdminParts): void {
  const method = ['GET', 'HEAD']
  server.route({ method, url: '/healthz', handler: (_request, reply) => send(reply, 200, { status: 'ok' }) })
  server.route({
    method,
    url: '/readyz',
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
    handler(_request, reply) {
      const { contentType, text } = metrics.exposition()
      return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text)
    },
  })
}

const send = (reply: FastifyReply, status: number, document: object): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(document))
