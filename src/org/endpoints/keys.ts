/** `/id/keys`: the public keys that id_tokens are verified with (SF-125, RFC 7517). */
import type { FastifyInstance } from 'fastify'
import type { OrgParts } from '../parts.ts'

export function registerKeys(server: FastifyInstance, parts: OrgParts): void {
  server.route({
    method: ['GET', 'HEAD'],
    url: '/id/keys',
    handler: async (_request, reply) =>
      reply
        .header('content-type', 'application/json;charset=UTF-8')
        .header('cache-control', 'public, max-age=300') // a new key is known everywhere within five minutes
        .send(JSON.stringify({ keys: await parts.signingKeys.publicKeys() })),
  })
}
