/** The admin API: `/admin/v1`, the testing plane, and the document that describes them, `/admin/openapi.json`. Loaded and made when the first
 *  call of it comes (`lane.ts`): most starts of an org, in tests above all, never see one. */
import fastify, { type FastifyInstance } from 'fastify'
import type { Secret } from '../../values/secret.ts'
import { oneToken } from '../../http/bearer.ts'
import { describeApi } from '../../http/openapi.ts'
import { schemasForPeople } from '../../http/schemas-for-people.ts'
import { registerTesting, type TestingParts } from '../testing/routes.ts'
import type { AdminParts } from './admin-parts.ts'
import { registerAllowlist } from './allowlist.ts'
import { api } from './api.ts'
import { registerApps } from './apps.ts'
import { registerExplain } from './explain.ts'
import { registerIpMonitoring } from './ip-monitoring.ts'
import { registerKeyring } from './keyring.ts'
import { registerLoginHistory } from './login-history.ts'
import { registerOauthUsage } from './oauth-usage.ts'
import { registerObjects } from './objects.ts'
import { registerRotateSecret } from './rotate-secret.ts'
import { registerSetupAuditTrail } from './setup-audit-trail.ts'
import { registerStoreBackup } from './store-backup.ts'
import { registerStoreEpoch } from './store-epoch.ts'
import { registerUsers } from './users.ts'
import { registerVerificationCode } from './verification-code.ts'

export type AdminOptions = {
  readonly token: Secret
  /** Only with `--testing`: the clock and faults on demand, under `/testing/v1`. */
  readonly testing?: TestingParts
}

const endpoints = [
  registerApps,
  registerRotateSecret,
  registerAllowlist,
  registerExplain,
  registerOauthUsage,
  registerLoginHistory,
  registerIpMonitoring,
  registerUsers,
  registerVerificationCode,
  registerObjects,
  registerSetupAuditTrail,
  registerKeyring,
  registerStoreEpoch,
  registerStoreBackup,
] as const

/** Ready to answer, and listening nowhere: requests are handed to it. */
export async function openAdmin(parts: AdminParts, options: AdminOptions): Promise<FastifyInstance> {
  const server = openServer()
  await registerPlanes(server, parts, options)
  let document: Promise<unknown> | undefined
  server.get('/admin/openapi.json', () => {
    document ??= describeApi(openServer(), about, (described) => registerPlanes(described, parts, options))
    return document
  })
  await server.ready()
  return server
}

const about = {
  title: 'Sallyport org: admin API',
  description: 'Objects of the Metadata API under their own field names, and what happens to them.',
}

const openServer = (): FastifyInstance =>
  fastify({
    logger: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    exposeHeadRoutes: false,
    schemaController: schemasForPeople,
  })

async function registerPlanes(
  server: FastifyInstance,
  parts: AdminParts,
  { token, testing }: AdminOptions,
): Promise<void> {
  const plane = { bearers: oneToken<true>(token, true), log: parts.log }
  await server.register(
    (scope, _options, done) => {
      api.openPlane(scope, plane)
      for (const register of endpoints) register(scope, parts)
      done()
    },
    { prefix: '/admin/v1' },
  )
  if (testing === undefined) return
  await server.register(
    (scope, _options, done) => {
      api.openPlane(scope, plane)
      registerTesting(scope, parts, testing)
      done()
    },
    { prefix: '/testing/v1' },
  )
}
