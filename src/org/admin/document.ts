/** The OpenAPI document of the admin API, from the schemas of its routes. */
import type { FastifyInstance } from 'fastify'

/** Of what `register` registers, on a server that is there for nothing else. The generator is loaded here: few orgs are ever asked for it. */
export async function describePlanes(
  server: FastifyInstance,
  register: (server: FastifyInstance) => Promise<void>,
): Promise<unknown> {
  const { default: swagger } = await import('@fastify/swagger')
  await server.register(swagger, { openapi: description })
  server.addSchema(problemSchema)
  await register(server)
  await server.ready()
  return server.swagger()
}

const description = {
  openapi: '3.1.0',
  info: {
    title: 'Sallyport org: admin API',
    version: '1',
    description: 'Objects of the Metadata API under their own field names, and what happens to them.',
  },
  components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } },
  security: [{ bearer: [] }],
}

const problemSchema = {
  $id: 'Problem',
  type: 'object',
  description: 'Problem details (RFC 9457), as application/problem+json.',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable.' },
    detail: { type: 'string' },
    next: { type: 'array', items: { type: 'string' }, description: 'Acts to do.' },
    faults: { type: 'array', items: { type: 'object', additionalProperties: true } },
  },
  required: ['title', 'status', 'code', 'detail', 'next'],
} as const
