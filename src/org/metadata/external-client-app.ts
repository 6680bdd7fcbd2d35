/** An External Client App: its header file and the five children that this server reads (SF-241 to SF-246), with the Metadata API's own field names. */
import type { Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import type { TokenIpRange } from '../rules/fields.ts'
import { apiName, described, tokenIpRanges } from './field-shapes.ts'
import { choice, each, flag, text, uninterpreted, type Named, type SecretField, type Uninterpreted } from './schema.ts'
import { integer, listOf, objectOf, optional, string } from './shape.ts'

const headerTexts = ['contactPhone', 'iconUrl', 'infoUrl', 'logoUrl', 'orgScopedExternalApp'] as const
const distributionStates = ['Local', 'Packaged', 'Managed', 'AutoInstalled'] as const // SF-249
const managedTypes = ['Local', 'Global'] as const

const globalFlags = [
  'isClientCredentialsFlowEnabled',
  'isCodeCredFlowEnabled',
  'isCodeCredPostOnly',
  'isConsumerSecretOptional',
  'isDPopEnabled',
  'isDeviceFlowEnabled',
  'isEnforceRefreshTokenTTL',
  'isIntrospectAllTokens',
  'isMtlsEnabled',
  'isNamedUserJwtEnabled',
  'isPkceRequired',
  'isRefreshTokenRotationEnabled',
  'isSecretRequiredForRefreshToken',
  'isSecretRequiredForTokenExchange',
  'isTokenExchangeEnabled',
  'shouldRotateConsumerKey',
  'shouldRotateConsumerSecret',
] as const // SF-252
const idTokenFlags = [
  'idTokenIncludeAttributes',
  'idTokenIncludeCustomPermissions',
  'idTokenIncludeStandardClaims',
] as const

const oauthTexts = [
  'commaSeparatedOauthScopes',
  'commaSeparatedCustomScopes',
  'assetTokenAudiences',
  'assetTokenSigningCertificate',
  'clientAssertionCertificate',
  'oauthLink',
  'singleLogoutUrl',
  'label',
] as const // SF-253
const oauthFlags = [
  'isFirstPartyAppEnabled',
  'areAttributesIncludedInAssetToken',
  'areCustomPermissionsIncludedInAssetToken',
] as const

/** SF-254 */
const certificateParameters = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
  'tls_client_auth_san_spiffe',
] as const

const policyTexts = [
  'apexHandler',
  'executeHandlerAs',
  'clientCredentialsFlowUser',
  'commaSeparatedCustomScopes',
  'commaSeparatedPermissionSet',
  'commaSeparatedProfile',
  'label',
  'singleLogoutUrl',
  'startUrl',
] as const // SF-257
const policyFlags = [
  'isClientCredentialsFlowEnabled',
  'isGuestCodeCredFlowEnabled',
  'isTokenExchangeFlowEnabled',
] as const
const jwtTimeouts = ['UserSession', 'Custom'] as const // SF-258
const permittedUsers = ['AllSelfAuthorized', 'AdminApprovedPreAuthorized'] as const // SF-164, SF-165
const ipRelaxations = ['Enforce', 'Enforce_RelaxRefresh', 'Bypass_2factor', 'Bypass'] as const // section 12
const policyActions = ['Block', 'RaiseSessionLevel', 'StepUpMFA'] as const
const sessionLevels = ['LOW', 'STANDARD', 'HIGH_ASSURANCE'] as const
const refreshTokenPolicies = ['Infinite', 'Zero', 'SpecificLifetime', 'SpecificInactivity'] as const
const units = ['Hours', 'Days', 'Months'] as const

const pluginFlags = [
  'isEnabled',
  'isOauthPluginEnabled',
  'isSamlPluginEnabled',
  'isCanvasPluginEnabled',
  'isMobilePluginEnabled',
  'isPushPluginEnabled',
  'isNotificationPluginEnabled',
  'isAttestPluginEnabled',
] as const // SF-246
const startPages = ['None', 'Custom', 'OAuth', 'SAML'] as const

export type EcaGlobalOauthSettings = Named<typeof globalFlags, boolean> & {
  readonly callbackUrl?: string
  readonly certificate?: string
  readonly consumerKey?: string
  readonly consumerSecret?: Secret
  readonly label?: string
  readonly idTokenConfig?: Named<typeof idTokenFlags, boolean> & {
    readonly idTokenAudience?: string
    readonly idTokenValidityInMinutes?: number
  }
}
export type EcaOauthSettings = Named<typeof oauthTexts, string> &
  Named<typeof oauthFlags, boolean> & {
    readonly assetTokenValidity?: number
    readonly customAttributes?: Uninterpreted[]
    readonly trustedIpRanges?: TokenIpRange[]
  }
export type OauthSecuritySettings = {
  readonly label?: string
  /** Setup's switch; the metadata type has no field for it (SF-255). */
  readonly enforceRefreshTokenIpAllowlist?: boolean
  readonly tokenIpRanges?: TokenIpRange[]
  readonly tlsClientAuthCertParamType?: (typeof certificateParameters)[number]
  readonly tlsClientAuthCertParamValue?: string
}
export type EcaOauthPolicies = Named<typeof policyTexts, string> &
  Named<typeof policyFlags, boolean> & {
    readonly customAttributes?: Uninterpreted[]
    readonly guestJwtSessionTimeoutType?: (typeof jwtTimeouts)[number]
    readonly guestJwtTimeout?: number
    readonly namedUserJwtSessionTimeoutType?: (typeof jwtTimeouts)[number]
    readonly namedUserJwtTimeout?: number
    readonly ipRelaxationPolicyType?: (typeof ipRelaxations)[number]
    readonly permittedUsersPolicyType?: (typeof permittedUsers)[number]
    readonly policyAction?: (typeof policyActions)[number]
    readonly refreshTokenPolicyType?: (typeof refreshTokenPolicies)[number]
    readonly refreshTokenValidityPeriod?: number
    readonly refreshTokenValidityUnit?: (typeof units)[number]
    readonly requiredSessionLevel?: (typeof sessionLevels)[number]
    readonly sessionTimeoutInMinutes?: number
  }
export type EcaPolicies = Named<typeof pluginFlags, boolean> & {
  readonly label?: string
  readonly startPage?: (typeof startPages)[number]
  readonly startUrl?: string
}
export type ExternalClientApp = Named<typeof headerTexts, string> & {
  readonly name: string
  readonly label?: string
  readonly contactEmail: string
  readonly description?: string
  readonly distributionState?: (typeof distributionStates)[number]
  readonly isProtected?: boolean
  readonly managedType?: (typeof managedTypes)[number]
  readonly globalOauthSettings?: EcaGlobalOauthSettings
  readonly oauthSettings?: EcaOauthSettings
  readonly oauthSecuritySettings?: OauthSecuritySettings
  readonly oauthConfigurablePolicies?: EcaOauthPolicies
  readonly configurablePolicies?: EcaPolicies
}

const count = (most: number) => integer({ minimum: 1, maximum: most })

const globalOauthSettings = (secret: SecretField) =>
  objectOf(
    {
      ...each(globalFlags, flag),
      ...each(['callbackUrl', 'label'] as const, text),
      certificate: optional(described('X.509 certificate in PEM, for private_key_jwt.')),
      consumerKey: optional(described('Generated where it is left out.')),
      consumerSecret: optional(secret('Generated where it is left out; shown once and never again.')),
      idTokenConfig: optional(
        objectOf({
          ...each(idTokenFlags, flag),
          idTokenAudience: optional(text),
          idTokenValidityInMinutes: optional(count(720)),
        }),
      ),
    },
    { description: 'ExtlClntAppGlobalOauthSettings' },
  )

const oauthSettings = objectOf(
  {
    ...each(oauthTexts, text),
    ...each(oauthFlags, flag),
    assetTokenValidity: optional(count(100_000)),
    customAttributes: optional(listOf(uninterpreted, { maxItems: 200 })),
    trustedIpRanges: optional(tokenIpRanges),
  },
  { description: 'ExtlClntAppOauthSettings' },
)

/** Also what a Connected App carries of the allowlist (SF-141). */
export const oauthSecuritySettings: Schema<OauthSecuritySettings> = objectOf(
  {
    label: optional(text),
    enforceRefreshTokenIpAllowlist: optional(flag),
    tokenIpRanges: optional(tokenIpRanges),
    tlsClientAuthCertParamType: optional(choice(certificateParameters)),
    tlsClientAuthCertParamValue: optional(text),
  },
  { description: 'ExtlClntAppOauthSecuritySettings' },
)

const oauthConfigurablePolicies = objectOf(
  {
    ...each(policyTexts, text),
    ...each(policyFlags, flag),
    customAttributes: optional(listOf(uninterpreted, { maxItems: 200 })),
    guestJwtSessionTimeoutType: optional(choice(jwtTimeouts)),
    guestJwtTimeout: optional(count(100_000)),
    namedUserJwtSessionTimeoutType: optional(choice(jwtTimeouts)),
    namedUserJwtTimeout: optional(count(100_000)),
    ipRelaxationPolicyType: optional(choice(ipRelaxations)),
    permittedUsersPolicyType: optional(choice(permittedUsers)),
    policyAction: optional(choice(policyActions)),
    refreshTokenPolicyType: optional(choice(refreshTokenPolicies)),
    refreshTokenValidityPeriod: optional(integer({ minimum: 0, maximum: 1_000_000 })),
    refreshTokenValidityUnit: optional(choice(units)),
    requiredSessionLevel: optional(choice(sessionLevels)),
    sessionTimeoutInMinutes: optional(count(1440)),
  },
  { description: 'ExtlClntAppOauthConfigurablePolicies' },
)

const configurablePolicies = objectOf(
  {
    ...each(pluginFlags, flag),
    ...each(['label', 'startUrl'] as const, text),
    startPage: optional(choice(startPages)),
  },
  { description: 'ExtlClntAppConfigurablePolicies' },
)

export const externalClientAppSchema = (secret: SecretField): Schema<ExternalClientApp> =>
  objectOf(
    {
      name: apiName,
      ...each(headerTexts, text),
      ...each(['label', 'description'] as const, text),
      contactEmail: string({ minLength: 3, maxLength: 255 }),
      distributionState: optional(choice(distributionStates)),
      isProtected: optional(flag),
      managedType: optional(choice(managedTypes)),
      globalOauthSettings: optional(globalOauthSettings(secret)),
      oauthSettings: optional(oauthSettings),
      oauthSecuritySettings: optional(oauthSecuritySettings),
      oauthConfigurablePolicies: optional(oauthConfigurablePolicies),
      configurablePolicies: optional(configurablePolicies),
    },
    { description: 'ExternalClientApplication' },
  )
