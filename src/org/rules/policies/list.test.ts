import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { instant, type Instant } from '../../../values/time.ts'
import type { AppKind, Fields } from '../fields.ts'
import { contextOf, everyStep } from '../questions-for-tests.ts'
import type { Terms } from '../policy.ts'
import { policies } from './list.ts'

/** The fields of each metadata type that a policy may name, as the fact book has them. */
const metadata: Readonly<Record<string, string>> = {
  // SF-252
  ExtlClntAppGlobalOauthSettings: `callbackUrl certificate consumerKey consumerSecret idTokenConfig isClientCredentialsFlowEnabled
    isCodeCredFlowEnabled isCodeCredPostOnly isConsumerSecretOptional isDPopEnabled isDeviceFlowEnabled isEnforceRefreshTokenTTL
    isIntrospectAllTokens isMtlsEnabled isNamedUserJwtEnabled isPkceRequired isRefreshTokenRotationEnabled
    isSecretRequiredForRefreshToken isSecretRequiredForTokenExchange isTokenExchangeEnabled label shouldRotateConsumerKey
    shouldRotateConsumerSecret`,
  // SF-253
  ExtlClntAppOauthSettings: `commaSeparatedOauthScopes commaSeparatedCustomScopes customAttributes trustedIpRanges isFirstPartyAppEnabled
    clientAssertionCertificate oauthLink singleLogoutUrl label`,
  // SF-254
  ExtlClntAppOauthSecuritySettings: `externalClientApplication label tlsClientAuthCertParamType tlsClientAuthCertParamValue tokenIpRanges`,
  // SF-257
  ExtlClntAppOauthConfigurablePolicies: `apexHandler executeHandlerAs clientCredentialsFlowUser commaSeparatedCustomScopes
    commaSeparatedPermissionSet commaSeparatedProfile customAttributes guestJwtSessionTimeoutType guestJwtTimeout ipRelaxationPolicyType
    isClientCredentialsFlowEnabled isGuestCodeCredFlowEnabled isTokenExchangeFlowEnabled label namedUserJwtSessionTimeoutType
    namedUserJwtTimeout permittedUsersPolicyType policyAction refreshTokenPolicyType refreshTokenValidityPeriod refreshTokenValidityUnit
    requiredSessionLevel sessionTimeoutInMinutes singleLogoutUrl startUrl`,
  // SF-262
  OauthOidcSettings: 'blockOAuthUnPwFlow blockOAuthUsrAgtFlow isPkceRequired oAuthCdCrdtFlowEnable',
  // SF-250, SF-251
  ConnectedApp: [
    ...prefixed('oauthConfig', [
      ...['assetTokenConfig', 'callbackUrl', 'certificate', 'consumerKey', 'consumerSecret', 'idTokenConfig'],
      ...['isAdminApproved', 'isClientCredentialEnabled', 'isCodeCredentialEnabled', 'isCodeCredentialPostOnly'],
      ...['isConsumerSecretOptional', 'isDPopEnabled', 'isDeviceFlowEnabled', 'isEnforceRefreshTokenTTL'],
      ...['isIntrospectAllTokens', 'isIpBindingEnabled', 'isNamedUserJwtEnabled', 'isPKImTLSEnabled', 'isPkceRequired'],
      ...['isRefreshTokenRotationEnabled', 'isSecretRequiredForRefreshToken', 'isSecretRequiredForTokenExchange'],
      ...['isTokenExchangeEnabled', 'oauthClientCredentialUser', 'scopes', 'singleLogoutUrl'],
    ]),
    ...prefixed('oauthPolicy', ['ipRelaxation', 'refreshTokenPolicy', 'isTokenExchangeFlowEnabled', 'singleLogoutUrl']),
    ...prefixed('sessionPolicy', ['policyAction', 'sessionLevel', 'sessionTimeout']),
  ].join(' '),
}

describe('the list of policies', () => {
  test('holds every policy file once', () => {
    const files = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'list.ts')
      .map((file) => file.slice(0, -3))
    ok(files.length >= 8)
    deepEqual(policies.map(({ policy }) => policy.id).toSorted(), files.toSorted())
  })

  for (const { policy } of policies) {
    test(`${policy.id} has a label, a sentence and a fact`, () => {
      ok(policy.label.length > 0)
      match(policy.does, /\.$/)
      match(policy.fact, /^SF-\d+$/)
    })

    test(`${policy.id} names metadata fields that exist`, () => {
      for (const [type, fields] of Object.entries(policy.fields)) {
        const known = (metadata[type] ?? '').split(/\s+/)
        for (const field of fields) ok(known.includes(field), `${type} has no field ${field}`)
      }
    })

    test(`${policy.id} has a test beside it`, () =>
      ok(readdirSync(import.meta.dirname).includes(`${policy.id}.test.ts`)))
  }

  test('SF-22: who calls is judged before the address, and the address before anything presented', () => {
    const order = policies.map(({ policy }) => policy.id)
    deepEqual(order.slice(0, 2), ['secret-required-for-refresh', 'refresh-token-ip-allowlist'])
  })

  test('every policy parses an app that says nothing, of either kind', () => {
    for (const { bind } of policies)
      for (const kind of ['externalClientApp', 'connectedApp'] as const) equal(bind({}, contextOf(kind)).ok, true)
  })
})

const instants = fc.integer({ min: 0, max: instant('2100-01-01') }).map((ms): Instant => instant(ms))
const fields: fc.Arbitrary<Fields> = fc.record(
  {
    isEnforceRefreshTokenTTL: fc.boolean(),
    isRefreshTokenRotationEnabled: fc.boolean(),
    isPkceRequired: fc.boolean(),
    enforceRefreshTokenIpAllowlist: fc.boolean(),
    refreshTokenPolicyType: fc.constantFrom('Infinite', 'Zero', 'SpecificLifetime', 'SpecificInactivity'),
    refreshTokenValidityPeriod: fc.integer({ min: 1, max: 1200 }),
    refreshTokenValidityUnit: fc.constantFrom('Hours', 'Days', 'Months'),
    refreshTokenPolicy: fc.constantFrom('infinite', 'zero', 'specific_lifetime:2:DAYS', 'specific_inactivity:9:HOURS'),
  },
  { requiredKeys: ['refreshTokenValidityPeriod'] },
)
const terms: fc.Arbitrary<Terms> = fc.record({
  rotate: fc.boolean(),
  refreshTokenExpiresAt: fc.oneof(fc.constant('never' as const), instants),
  approvalsKept: fc.integer({ min: 1, max: 10 }),
})

describe('terms', () => {
  test('no policy ever widens what an earlier one left', () =>
    fc.assert(
      fc.property(
        fc.record({ fields, terms, now: instants, request: fc.constantFrom(...everyStep), reauth: fc.boolean() }),
        fc.constantFrom<AppKind>('externalClientApp', 'connectedApp'),
        (given, kind) => {
          const { configuration } = contextOf(kind)
          const context = contextOf(kind, { configuration: { ...configuration, reauthRevokesAll: given.reauth } })
          for (const { policy, bind } of policies) {
            const bound = bind(given.fields, context)
            if (!bound.ok) throw new Error(`${policy.id} refuses what it should read`)
            const after = bound.value.terms?.(given.terms, { ...given.request, now: given.now }) ?? given.terms
            ok(after.rotate || !given.terms.rotate, `${policy.id} keeps a token that another wants replaced`)
            ok(notLater(after.refreshTokenExpiresAt, given.terms.refreshTokenExpiresAt), `${policy.id} prolongs`)
            ok(after.approvalsKept <= given.terms.approvalsKept, `${policy.id} keeps more approvals`)
            ok(after.approvalsKept >= 1, `${policy.id} drops the approval that is being made`)
          }
        },
      ),
      { numRuns: 300 },
    ))
})

const notLater = (a: Instant | 'never', b: Instant | 'never'): boolean => b === 'never' || (a !== 'never' && a <= b)

function prefixed(prefix: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${prefix}.${name}`)
}
