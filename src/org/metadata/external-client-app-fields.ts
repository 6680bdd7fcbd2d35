/** How an External Client App's metadata types are read (SF-242 to SF-246). */
import type { FieldName } from '../rules/fields.ts'
import { parseMetadataScopes } from '../rules/scopes.ts'
import type { ReadApp } from './read-app.ts'
import type { ExternalClientApp } from './external-client-app.ts'

export function readExternalClientApp(object: ExternalClientApp): ReadApp {
  const { globalOauthSettings: keys = {}, oauthSettings = {}, oauthSecuritySettings: security = {} } = object
  const { oauthConfigurablePolicies: policies = {}, configurablePolicies: plugins = {} } = object
  return {
    kind: 'externalClientApp',
    name: object.name,
    label: object.label ?? object.name,
    contactEmail: object.contactEmail,
    consumerKey: keys.consumerKey,
    consumerSecret: keys.consumerSecret,
    callbackUrl: keys.callbackUrl,
    certificate: keys.certificate,
    scopes: [
      ...parseMetadataScopes(oauthSettings.commaSeparatedOauthScopes ?? ''),
      ...parseMetadataScopes(oauthSettings.commaSeparatedCustomScopes ?? ''),
    ],
    isEnabled: (plugins.isEnabled ?? true) && (plugins.isOauthPluginEnabled ?? true),
    sessionMinutes: policies.sessionTimeoutInMinutes,
    idTokenMinutes: keys.idTokenConfig?.idTokenValidityInMinutes,
    idTokenAudience: keys.idTokenConfig?.idTokenAudience,
    fields: {
      isPkceRequired: keys.isPkceRequired,
      isRefreshTokenRotationEnabled: keys.isRefreshTokenRotationEnabled,
      isEnforceRefreshTokenTTL: keys.isEnforceRefreshTokenTTL,
      isConsumerSecretOptional: keys.isConsumerSecretOptional,
      isSecretRequiredForRefreshToken: keys.isSecretRequiredForRefreshToken,
      isIntrospectAllTokens: keys.isIntrospectAllTokens,
      enforceRefreshTokenIpAllowlist: security.enforceRefreshTokenIpAllowlist,
      tokenIpRanges: security.tokenIpRanges,
      refreshTokenPolicyType: policies.refreshTokenPolicyType,
      refreshTokenValidityPeriod: policies.refreshTokenValidityPeriod,
      refreshTokenValidityUnit: policies.refreshTokenValidityUnit,
      permittedUsersPolicyType: policies.permittedUsersPolicyType,
      ipRelaxationPolicyType: policies.ipRelaxationPolicyType,
      sessionTimeoutInMinutes: policies.sessionTimeoutInMinutes,
    },
    place: (field) => [sectionOf(field), field],
    keys: 'globalOauthSettings',
  }
}

const security: readonly FieldName[] = ['enforceRefreshTokenIpAllowlist', 'tokenIpRanges']
const policies: readonly FieldName[] = [
  'refreshTokenPolicyType',
  'refreshTokenValidityPeriod',
  'refreshTokenValidityUnit',
  'permittedUsersPolicyType',
  'ipRelaxationPolicyType',
  'sessionTimeoutInMinutes',
]

function sectionOf(field: FieldName): string {
  if (security.includes(field)) return 'oauthSecuritySettings'
  return policies.includes(field) ? 'oauthConfigurablePolicies' : 'globalOauthSettings'
}
