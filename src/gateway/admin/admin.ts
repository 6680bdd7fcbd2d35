/** The admin API: `/admin/v1`, the document that describes it, and the health endpoints, on a listener of their own. */
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { ListenAddress } from '../../documents/formats.ts'
import { dateByOwnClock } from '../../http/own-date.ts'
import { largestBody } from '../../http/api.ts'
import { oneToken } from '../../http/bearer.ts'
import { describeApi } from '../../http/openapi.ts'
import { originOf } from '../../http/origin.ts'
import { schemasForPeople } from '../../http/schemas-for-people.ts'
import { endUnusedAtClose } from '../../http/unused-connections.ts'
import type { Secret } from '../../values/secret.ts'
import { openAdminToken, type AdminToken } from '../admin-token.ts'
import type { AdminParts } from './admin-parts.ts'
import { registerAdmissions } from './admissions.ts'
import { api } from './api.ts'
import { registerEgress } from './egress.ts'
import { registerEgressUsage } from './egress-usage.ts'
import { registerHealth } from './health.ts'
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
  return {
    url: originOf(server.server.address(), options.listen.host),
    adminToken,
    close: async () => await server.close(),
  }
}

const endpoints = [registerEgress, registerEgressUsage, registerAdmissions, registerUsage] as const

const about = {
  title: 'Sallyport gateway: admin API',
  description: 'The declared set of egresses and its state, what is told of allowlists, and what clients use.',
}

function registerDocument(server: FastifyInstance, parts: AdminParts, token: Secret): void {
  let document: Promise<unknown> | undefined
  server.get('/admin/openapi.json', () => {
    document ??= describeApi(openServer(parts), about, (described) => registerPlane(described, parts, token))
    return document
  })
}

async function registerPlane(server: FastifyInstance, parts: AdminParts, token: Secret): Promise<void> {
  await server.register(
    (scope, _options, done) => {
      dateByOwnClock(scope, parts.clock)
      api.openPlane(scope, { bearers: oneToken<true>(token, true), log: parts.log })
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
    frameworkErrors: (error, _request, reply) => void api.sendProblem(reply, api.problemOf(error, log)),
    forceCloseConnections: 'idle',
  })
  server.server.maxConnections = limits.connections
  endUnusedAtClose(server)
  server.setNotFoundHandler((request, reply) => api.sendProblem(reply, api.nothingThere(request)))
  server.setErrorHandler((error: FastifyError, _request, reply) => api.sendProblem(reply, api.problemOf(error, log)))
  return server
}
