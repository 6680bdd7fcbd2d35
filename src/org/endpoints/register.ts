/** Every endpoint of the org, on one server. */
import type { FastifyInstance } from 'fastify'
import type { Secret } from '../../values/secret.ts'
import type { PasswordChecks } from '../browser/visit.ts'
import type { OrgClock } from '../clock.ts'
import { openLoginLimits } from '../flows/login/limits.ts'
import type { OrgParts } from '../parts.ts'
import type { Passwords } from '../tokens/passwords.ts'
import { registerBrowser } from './browser.ts'
import { registerToken } from './token.ts'

export type Registration = {
  readonly adminToken: Secret
  readonly testing: boolean
  readonly clock: OrgClock
  readonly passwords: Passwords
  readonly checks: PasswordChecks
}

export async function registerEndpoints(
  server: FastifyInstance,
  parts: OrgParts,
  { checks }: Registration,
): Promise<void> {
  registerToken(server, parts)
  registerBrowser(server, { ...parts, passwords: checks, loginLimits: openLoginLimits(parts.configuration.limits) })
  await Promise.resolve()
}
