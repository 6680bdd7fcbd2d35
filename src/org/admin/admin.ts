/** The admin API: `/admin/v1`, and the document that describes it, `/admin/openapi.json`. */
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { Secret } from '../../values/secret.ts'
import { registerTesting, type TestingParts } from '../testing/routes.ts'
import type { AdminParts } from './admin-parts.ts'
import { registerAllowlist } from './allowlist.ts'
import { registerApps } from './apps.ts'
import { registerExplain } from './explain.ts'
import { registerIpMonitoring } from './ip-monitoring.ts'
import { registerKeyring } from './keyring.ts'
import { registerLoginHistory } from './login-history.ts'
import { registerOauthUsage } from './oauth-usage.ts'
import { registerObjects } from './objects.ts'
import { openPlane } from './plane.ts'
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

/** To be called before the server listens; the other endpoints of the server are not touched. */
export async function registerAdmin(server: FastifyInstance, parts: AdminParts, options: AdminOptions): Promise<void> {
  const { token, testing } = options
  await server.register(async (plane) => {
    await plane.register(swagger, { openapi: description })
    plane.addSchema(problemSchema)
    await plane.register(
      (scope, _options, done) => {
        openPlane(scope, { token, log: parts.log })
        for (const register of endpoints) register(scope, parts)
        done()
      },
      { prefix: '/admin/v1' },
    )
    if (testing !== undefined) {
      await plane.register(
        (scope, _options, done) => {
          openPlane(scope, { token, log: parts.log })
          registerTesting(scope, parts, testing)
          done()
        },
        { prefix: '/testing/v1' },
      )
    }
    plane.get('/admin/openapi.json', { schema: { hide: true } }, () => plane.swagger())
  })
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
