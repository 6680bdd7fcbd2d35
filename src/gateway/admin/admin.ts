/** The admin API: `/admin/v1`, the document that describes it, and the health endpoints, on a listener of their own. */
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { ListenAddress } from '../../documents/formats.ts'
import type { Secret } from '../../values/secret.ts'
import { openAdminToken, type AdminToken } from '../admin-token.ts'
import { schemasForPeople } from '../schemas-for-people.ts'
import type { AdminParts } from './admin-parts.ts'
import { registerAdmissions } from './admissions.ts'
import { describePlane } from './document.ts'
import { registerEgress } from './egress.ts'
import { registerEgressUsage } from './egress-usage.ts'
import { registerHealth } from './health.ts'
import { largestBody, notFound, openPlane, problemOf } from './plane.ts'
import { sendProblem } from './route.ts'
import { registerUsage } from './usage.ts'

export type AdminOptions = {
  readonly listen: ListenAddress
  /** Of the data, where the token is kept; undefined for a store in memory. */
  readonly folder: string | undefined
  /** Overrides the one that is kept. */
  readonly adminToken?: Secret | undefined
}

export type RunningAdmin = {
  /** Origin that is listened on. */
  readonly url: string
  readonly adminToken: AdminToken
  /** Lets what was accepted finish. */
  readonly close: () => Promise<void>
}

/** Listening when it resolves. */
export async function openAdmin(parts: AdminParts, options: AdminOptions): Promise<RunningAdmin> {
  const adminToken = await openAdminToken(options.folder, { random: parts.random, given: options.adminToken })
  const server = openServer(parts)
  await registerPlane(server, parts, adminToken.token)
  registerDocument(server, parts, adminToken.token)
  registerHealth(server, parts)
  await server.listen(options.listen)
  try {
    await adminToken.keep()
  } catch (cause) {
    await server.close() // an admin API whose token nobody will see answers nobody
    throw cause
  }
  return { url: originOf(server, options.listen), adminToken, close: async () => await server.close() }
}

const endpoints = [registerEgress, registerEgressUsage, registerAdmissions, registerUsage] as const

function registerDocument(server: FastifyInstance, parts: AdminParts, token: Secret): void {
  let document: Promise<unknown> | undefined
  server.get('/admin/openapi.json', () => {
    document ??= describePlane(openServer(parts), (described) => registerPlane(described, parts, token))
    return document
  })
}

async function registerPlane(server: FastifyInstance, parts: AdminParts, token: Secret): Promise<void> {
  await server.register(
    (scope, _options, done) => {
      openPlane(scope, { token, log: parts.log })
      for (const register of endpoints) register(scope, parts)
      done()
    },
    { prefix: '/admin/v1' },
  )
}

/** Milliseconds. */
const limits = { header: 10_000, request: 30_000, keepAlive: 65_000, connections: 200 } as const

function openServer({ log }: AdminParts): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: largestBody,
    http: { headersTimeout: limits.header, requestTimeout: limits.request, connectionsCheckingInterval: 2_000 },
    keepAliveTimeout: limits.keepAlive,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    exposeHeadRoutes: false,
    schemaController: schemasForPeople,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, problemOf(error, log)),
    forceCloseConnections: 'idle',
  })
  server.server.maxConnections = limits.connections
  server.setNotFoundHandler((request, reply) => sendProblem(reply, notFound(request.method, request.url)))
  server.setErrorHandler((error: FastifyError, _request, reply) => sendProblem(reply, problemOf(error, log)))
  return server
}

/** As the socket has it, so that port 0 is told as the port that it became. */
function originOf(server: FastifyInstance, { host }: ListenAddress): string {
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${address.port}`
}
