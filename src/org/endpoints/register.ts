/** Every endpoint of the org, on one server. */
import type { FastifyInstance } from 'fastify'
import type { Secret } from '../../values/secret.ts'
import { registerAdmin } from '../admin/lane.ts'
import type { PasswordChecks } from '../browser/visit.ts'
import type { OrgClock } from '../clock.ts'
import type { HeldKeyring } from '../keyring-file.ts'
import { openLoginLimits } from '../flows/login/limits.ts'
import { registerMetadataApi } from '../metadata-api/lane.ts'
import type { OrgParts } from '../parts.ts'
import type { Passwords } from '../tokens/passwords.ts'
import type { Metrics } from '../metrics.ts'
import { registerBrowser } from './browser.ts'
import { registerData } from './data.ts'
import { registerDiscovery } from './discovery.ts'
import { registerHealth } from './health.ts'
import { registerIdentity } from './identity.ts'
import { registerIntrospect } from './introspect.ts'
import { registerKeys } from './keys.ts'
import { registerOauthUsageRest } from './oauth-usage-rest.ts'
import { registerRevoke } from './revoke.ts'
import { registerToken } from './token.ts'
import { registerUserinfo } from './userinfo.ts'

export type Registration = {
  readonly metrics: Metrics
  readonly adminToken: Secret
  readonly testing: boolean
  readonly clock: OrgClock
  readonly passwords: Passwords
  readonly heldKeyring: HeldKeyring
  readonly checks: PasswordChecks
}

export function registerEndpoints(
  server: FastifyInstance,
  parts: OrgParts,
  { metrics, checks, adminToken, passwords, heldKeyring, testing, clock }: Registration,
): void {
  registerToken(server, parts, metrics)
  registerRevoke(server, parts)
  registerIntrospect(server, parts)
  registerUserinfo(server, parts)
  registerIdentity(server, parts)
  registerDiscovery(server, parts)
  registerKeys(server, parts)
  registerData(server, parts)
  registerOauthUsageRest(server, parts)
  registerMetadataApi(server, parts)
  registerHealth(server, parts, metrics)
  registerBrowser(server, { ...parts, passwords: checks, loginLimits: openLoginLimits(parts.configuration.limits) })
  const plane = testing ? { testing: { orgClock: clock } } : {}
  registerAdmin(server, { ...parts, passwords, heldKeyring }, { token: adminToken, ...plane })
}
