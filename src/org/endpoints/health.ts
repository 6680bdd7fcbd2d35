/** For whoever runs the org: is it alive, can it work, what has it done. None of them tells anything of a user or a token. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { one } from '../../storage/program.ts'
import type { Metrics } from '../metrics.ts'
import type { OrgParts } from '../parts.ts'

export function registerHealth(server: FastifyInstance, parts: OrgParts, metrics: Metrics): void {
  const method = ['GET', 'HEAD']
  server.route({ method, url: '/healthz', handler: (_request, reply) => send(reply, 200, { status: 'ok' }) })
  server.route({ method, url: '/readyz', handler: (_request, reply) => answerReadiness(parts, reply) })
  server.route({
    method,
    url: '/metrics',
    handler(_request, reply) {
      const { contentType, text } = metrics.exposition()
      return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text)
    },
  })
}

/** Ready is who can read the store and write to it: a redemption needs both. */
async function answerReadiness(parts: OrgParts, reply: FastifyReply): Promise<FastifyReply> {
  const failure = await parts.storage
    .read(() => one('SELECT 1 AS one'))
    .then(
      () => undefined,
      (cause: unknown) => String(cause),
    )
  if (failure !== undefined) {
    parts.log.warn('store-not-readable', { cause: failure })
    return send(reply, 503, { status: 'not ready', why: 'the store cannot be read' })
  }
  const trouble = await parts.writability.trouble()
  if (trouble === undefined) return send(reply, 200, { status: 'ready' })
  return send(reply, 503, { status: 'not ready', why: `nothing can be written to the store: ${trouble}` })
}

const send = (reply: FastifyReply, status: number, document: object): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json;charset=UTF-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(document))
