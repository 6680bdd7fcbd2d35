/** How the metadata type ConnectedApp is read (SF-250, SF-251). */
import type { Path } from '../../documents/fault.ts'
import type { FieldName } from '../rules/fields.ts'
import { oauthScope } from '../rules/scopes.ts'
import type { ReadApp } from './read-app.ts'
import type { ConnectedApp } from './connected-app.ts'

export function readConnectedApp(object: ConnectedApp): ReadApp {
  const { oauthConfig: config = {}, oauthPolicy: policy = {}, oauthSecuritySettings: security = {} } = object
  return {
    kind: 'connectedApp',
    name: object.name,
    label: object.label ?? object.name,
    contactEmail: object.contactEmail,
    consumerKey: config.consumerKey,
    consumerSecret: config.consumerSecret,
    callbackUrl: config.callbackUrl,
    certificate: config.certificate,
    scopes: [...new Set((config.scopes ?? []).map(oauthScope))],
    isEnabled: true, // ConnectedApp has no switch for it
    sessionMinutes: object.sessionPolicy?.sessionTimeout,
    idTokenMinutes: config.idTokenConfig?.idTokenValidity,
    idTokenAudience: config.idTokenConfig?.idTokenAudience,
    fields: {
      isPkceRequired: config.isPkceRequired,
      isRefreshTokenRotationEnabled: config.isRefreshTokenRotationEnabled,
      isEnforceRefreshTokenTTL: config.isEnforceRefreshTokenTTL,
      isConsumerSecretOptional: config.isConsumerSecretOptional,
      isSecretRequiredForRefreshToken: config.isSecretRequiredForRefreshToken,
      isIntrospectAllTokens: config.isIntrospectAllTokens,
      enforceRefreshTokenIpAllowlist: security.enforceRefreshTokenIpAllowlist,
      tokenIpRanges: security.tokenIpRanges,
      refreshTokenPolicy: policy.refreshTokenPolicy,
      permittedUsersPolicyType: config.isAdminApproved === true ? 'AdminApprovedPreAuthorized' : 'AllSelfAuthorized', // SF-164, SF-165
      ipRelaxationPolicyType: policy.ipRelaxation,
      sessionTimeoutInMinutes: object.sessionPolicy?.sessionTimeout,
    },
    place,
    keys: 'oauthConfig',
  }
}

const elsewhere: Readonly<Partial<Record<FieldName, Path>>> = {
  enforceRefreshTokenIpAllowlist: ['oauthSecuritySettings', 'enforceRefreshTokenIpAllowlist'],
  tokenIpRanges: ['oauthSecuritySettings', 'tokenIpRanges'],
  refreshTokenPolicy: ['oauthPolicy', 'refreshTokenPolicy'],
  // the policy's words for what this kind writes as `specific_inactivity:<n>:<unit>`
  refreshTokenValidityPeriod: ['oauthPolicy', 'refreshTokenPolicy'],
  permittedUsersPolicyType: ['oauthConfig', 'isAdminApproved'],
  ipRelaxationPolicyType: ['oauthPolicy', 'ipRelaxation'],
  sessionTimeoutInMinutes: ['sessionPolicy', 'sessionTimeout'],
}

const place = (field: FieldName): Path => elsewhere[field] ?? ['oauthConfig', field]
