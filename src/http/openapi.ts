/** The OpenAPI document of an API, from the schemas of its routes. */
import type { FastifyInstance } from 'fastify'

export type ApiTitle = { readonly title: string; readonly description: string }

/** Of what `register` registers, on a server that is there for nothing else. The generator is loaded here: few services are ever asked for it. */
export async function describeApi(
  server: FastifyInstance,
  about: ApiTitle,
  register: (server: FastifyInstance) => Promise<void>,
): Promise<unknown> {
  const { default: swagger } = await import('@fastify/swagger')
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...about, version: '1' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  server.addSchema(problemSchema)
  await register(server)
  await server.ready()
  return server.swagger()
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
