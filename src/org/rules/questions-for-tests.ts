/** Questions to the policies with facts that nobody objects to, for tests: each test states only what it is about. */
import { ipv4, type Address } from '../../ip/address.ts'
import { appName, consumerKey, generation, grantId, sequence, settingsVersion, userId } from '../../values/domain.ts'
import { hours, instant, minutes, type Instant } from '../../values/time.ts'
import type { App, CodeFacts, GrantFacts, Request } from './app.ts'
import type { AppKind, Fields } from './fields.ts'
import type { Bound, Policy, PolicyContext, Terms, Vote } from './policy.ts'
import { bindable } from './policy.ts'

const noon = instant('2026-01-10T12:00:00Z')
const user = { id: userId('005000000000001AAA'), username: 'ada@example.com', isActive: true }

export const sampleApp: App = {
  name: appName('Billing'),
  kind: 'externalClientApp',
  label: 'Billing',
  contactEmail: 'ops@example.com',
  consumerKey: consumerKey('3MVG9billing'),
  callbacks: ['https://app.example.com/callback'],
  scopes: ['api', 'refresh_token'],
  isEnabled: true,
  isConsumerSecretOptional: false,
  isIntrospectAllTokens: false,
  sessionTimeout: hours(2),
  idTokenValidity: minutes(2),
  idTokenAudience: [],
  version: settingsVersion(1),
}

export const sampleGrant: GrantFacts = {
  id: grantId('0123456789abcdef0123456789abcdef'),
  app: sampleApp.name,
  user,
  scopes: ['api', 'refresh_token', 'id'],
  generation: generation(3),
  sequence: sequence(4),
  authorizedAt: instant('2026-01-01T12:00:00Z'),
  lastUsedAt: instant('2026-01-09T12:00:00Z'),
  ended: undefined,
}

export const sampleCode: CodeFacts = {
  app: sampleApp.name,
  user,
  redirectUri: 'https://app.example.com/callback',
  scopes: ['api', 'refresh_token', 'id'],
  issuedAt: noon,
  challenge: undefined,
  used: false,
}

type Step<S extends Request['step']> = Extract<Request, { step: S }>
const from = (address: Address): Request['from'] => ({ address, via: 'peer', peer: address })
const common = { now: noon, from: from(ipv4(0xc6336407)), app: sampleApp } // 198.51.100.7

export const authorizing = (about: Partial<Step<'authorize'>> = {}): Step<'authorize'> => ({
  ...common,
  step: 'authorize',
  challenge: undefined,
  ...about,
})
export const calling = (about: Partial<Step<'caller'>> = {}): Step<'caller'> => ({
  ...common,
  step: 'caller',
  flow: 'refresh_token',
  proof: 'client_secret_post',
  ...about,
})
export const callingFrom = (address: Address): Step<'caller'> => calling({ from: from(address) })
export const exchanging = (about: Partial<Step<'code'>> = {}): Step<'code'> => ({
  ...common,
  step: 'code',
  flow: 'authorization_code',
  code: sampleCode,
  ...about,
})
export const refreshing = (about: Partial<Step<'refresh'>> = {}): Step<'refresh'> => ({
  ...common,
  step: 'refresh',
  flow: 'refresh_token',
  grant: sampleGrant,
  ...about,
})
/** A refresh at that instant of a grant that was last used, or authorized, at the other. */
export const refreshingAt = (now: Instant, grant: Partial<GrantFacts>): Step<'refresh'> =>
  refreshing({ now, grant: { ...sampleGrant, ...grant } })
export const everyStep: readonly Request[] = [authorizing(), calling(), exchanging(), refreshing()]

/** The server's own settings with their defaults (fact book, section 27). */
export const contextOf = (kind: AppKind, about: Partial<PolicyContext> = {}): PolicyContext => ({
  kind,
  configuration: {
    allowlistForConnectedApps: true,
    ecaDefaults: { refreshTokenPolicyDays: 365, rotation: true },
    reauthRevokesAll: false,
  },
  orgRequiresPkce: false,
  ...about,
})

/** The policy as it stands for an app with these fields; throws where they do not parse. */
export function boundTo<S>(
  policy: Policy<S>,
  fields: Fields,
  context: PolicyContext = contextOf('externalClientApp'),
): Bound {
  const bound = bindable(policy).bind(fields, context)
  if (!bound.ok) throw new Error(JSON.stringify(bound.fault))
  return bound.value
}

export function voteOf<S>(policy: Policy<S>, fields: Fields, request: Request): Vote {
  return boundTo(policy, fields).guard?.(request) ?? { kind: 'abstain' }
}

export const widestTerms: Terms = { rotate: false, refreshTokenExpiresAt: 'never', approvalsKept: 1000 }
