/** The way from the org's server to the admin API, which is opened by the first who takes it. */
import type { FastifyInstance } from 'fastify'
import type { AdminOptions } from './admin.ts'
import type { AdminParts } from './admin-parts.ts'

/** To be called before the server listens; the other endpoints of the server are not touched. */
export function registerAdmin(server: FastifyInstance, parts: AdminParts, options: AdminOptions): void {
  let opened: Promise<FastifyInstance> | undefined
  const open = async (): Promise<FastifyInstance> => {
    const { openAdmin } = await import('./admin.ts')
    return await openAdmin(parts, options)
  }
  server.register((scope, _options, done) => {
    scope.addHook('onRequest', async (request, reply) => {
      const admin = await (opened ??= open())
      reply.hijack() // before its body is read: the admin API has a parser of its own
      admin.routing(request.raw, reply.raw)
    })
    for (const url of options.testing === undefined ? paths : [...paths, ...testingPaths])
      scope.all(url, () => undefined) // the hook has answered
    done()
  })
}

const paths = ['/admin/v1', '/admin/v1/*', '/admin/openapi.json'] as const
const testingPaths = ['/testing/v1', '/testing/v1/*'] as const
