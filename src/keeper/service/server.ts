/** The keeper over HTTP: `/v1` behind a bearer token, the document that describes it, health, and what browsers come to, on a listener of its own. */
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { ListenAddress } from '../../documents/formats.ts'
import { largestBody } from '../../http/api.ts'
import type { Bearers } from '../../http/bearer.ts'
import { describeApi } from '../../http/openapi.ts'
import { originOf } from '../../http/origin.ts'
import { schemasForPeople } from '../../http/schemas-for-people.ts'
import { endUnusedAtClose } from '../../http/unused-connections.ts'
import { api, type Caller, type Problem } from './api.ts'
import { registerApps } from './apps.ts'
import { limitOfOne } from './at-once.ts'
import { registerConnectPages } from './connect-pages.ts'
import { registerConnect } from './connect.ts'
import { registerConnections } from './connections.ts'
import { registerEvents } from './events.ts'
import { registerHealth } from './health.ts'
import type { ServiceParts } from './parts.ts'
import { problemOfKeeper } from './problems.ts'
import { registerTokens } from './tokens.ts'
import { registerWebhooks } from './webhooks.ts'

type Register = (scope: FastifyInstance, parts: ServiceParts) => void

/** Under /v1, behind the bearer token. */
const behindToken: readonly Register[] = [
  ...[registerApps, registerConnections, registerConnect, registerTokens],
  ...[registerEvents, registerWebhooks],
]
/** From the root, without a token: what a browser or a probe comes to. */
const forEveryone: readonly Register[] = [registerHealth, registerConnectPages]

export type ServerOptions = {
  readonly listen: ListenAddress
  readonly bearers: Bearers<Caller>
  /** Undefined: what is listened on. */
  readonly publicUrl: string | undefined
}

export type RunningServer = {
  /** Origin that is listened on. */
  readonly url: string
  /** Lets what was accepted finish. */
  readonly close: () => Promise<void>
}

/** Listening when it resolves. */
export async function openServer(
  means: Omit<ServiceParts, 'publicUrl'>,
  { listen, bearers, publicUrl }: ServerOptions,
): Promise<RunningServer> {
  let listensOn = ''
  const parts: ServiceParts = { ...means, publicUrl: () => publicUrl ?? listensOn }
  const server = makeServer(parts)
  await registerPlane(server, parts, bearers)
  registerDocument(server, parts)
  for (const register of forEveryone) register(server, parts)
  await server.listen(listen)
  listensOn = originOf(server.server.address(), listen.host)
  return { url: listensOn, close: async () => await server.close() }
}

const about = {
  title: 'Sallyport keeper',
  description:
    'Connections to Salesforce that survive rotation. Everything is asked of the tenant that the token belongs to.',
}

function registerDocument(server: FastifyInstance, parts: ServiceParts): void {
  let document: Promise<unknown> | undefined
  server.get('/v1/openapi.json', () => {
    document ??= describeApi(makeServer(parts), about, (described) => registerPlane(described, parts, () => undefined))
    return document
  })
}

async function registerPlane(server: FastifyInstance, parts: ServiceParts, bearers: Bearers<Caller>): Promise<void> {
  await server.register(
    (scope, _options, done) => {
      api.openPlane(scope, { bearers, log: parts.log, expected: (error) => problemOfKeeper(error, parts.clock()) })
      scope.addHook('onRequest', limitOfOne(limits.ofOne))
      for (const register of behindToken) register(scope, parts)
      done()
    },
    { prefix: '/v1' },
  )
}

/** Milliseconds; connections, and of them those that one tenant may have requests on. */
const limits = { header: 10_000, request: 30_000, keepAlive: 65_000, connections: 400, ofOne: 200 } as const

function makeServer({ log, clock }: ServiceParts): FastifyInstance {
  const problemOf = (error: FastifyError): Problem => problemOfKeeper(error, clock()) ?? api.problemOf(error, log)
  const server = fastify({
    logger: false,
    bodyLimit: largestBody,
    http: { headersTimeout: limits.header, requestTimeout: limits.request, connectionsCheckingInterval: 2_000 },
    keepAliveTimeout: limits.keepAlive,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    exposeHeadRoutes: false,
    schemaController: schemasForPeople,
    frameworkErrors: (error, _request, reply) => void api.sendProblem(reply, problemOf(error)),
    forceCloseConnections: 'idle',
  })
  server.server.maxConnections = limits.connections
  endUnusedAtClose(server)
  server.setNotFoundHandler((request, reply) => api.sendProblem(reply, api.nothingThere(request)))
  server.setErrorHandler((error: FastifyError, _request, reply) => api.sendProblem(reply, problemOf(error)))
  return server
}
