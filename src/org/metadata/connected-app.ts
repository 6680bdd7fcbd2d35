/** A Connected App with the fields of the metadata type ConnectedApp (SF-250, SF-251), and the allowlist that Setup keeps beside it (SF-141). */
import type { Schema } from '../../values/schema.ts'
import type { Secret } from '../../values/secret.ts'
import { apiName, described, startEndRanges, type StartEnd } from './field-shapes.ts'
import { oauthSecuritySettings, type OauthSecuritySettings } from './external-client-app.ts'
import {
  choice,
  each,
  flag,
  text,
  uninterpreted,
  words,
  type Named,
  type SecretField,
  type Uninterpreted,
} from './schema.ts'
import { integer, listOf, objectOf, optional, string } from './shape.ts'

const appTexts = ['description', 'infoUrl', 'iconUrl', 'logoUrl', 'mobileStartUrl', 'startUrl', 'plugin'] as const
const appKept = ['canvasConfig', 'mobileAppConfig', 'samlConfig'] as const // SF-247: read, kept, not interpreted

const configFlags = [
  'isAdminApproved',
  'isClientCredentialEnabled',
  'isCodeCredentialEnabled',
  'isCodeCredentialPostOnly',
  'isConsumerSecretOptional',
  'isDPopEnabled',
  'isDeviceFlowEnabled',
  'isEnforceRefreshTokenTTL',
  'isIntrospectAllTokens',
  'isIpBindingEnabled',
  'isNamedUserJwtEnabled',
  'isPKImTLSEnabled',
  'isPkceRequired',
  'isRefreshTokenRotationEnabled',
  'isSecretRequiredForRefreshToken',
  'isSecretRequiredForTokenExchange',
  'isTokenExchangeEnabled',
] as const // SF-250
const idTokenFlags = ['idTokenIncludeAttributes', 'idTokenIncludeCustomPerms', 'idTokenIncludeStandardClaims'] as const

const ipRelaxations = ['ENFORCE', 'ENFORCE_RELAXREFRESH', 'BYPASS_2FACTOR', 'BYPASS'] as const // section 12
const policyActions = ['Block', 'RaiseSessionLevel', 'StepUpMFA'] as const
const sessionLevels = ['LOW', 'STANDARD', 'HIGH_ASSURANCE'] as const

export type ConnectedAppOauthConfig = Named<typeof configFlags, boolean> & {
  readonly assetTokenConfig?: Uninterpreted
  readonly callbackUrl?: string
  readonly certificate?: string
  readonly consumerKey?: string
  readonly consumerSecret?: Secret
  readonly idTokenConfig?: Named<typeof idTokenFlags, boolean> & {
    readonly idTokenAudience?: string
    readonly idTokenValidity?: number
  }
  readonly oauthClientCredentialUser?: string
  /** Names of the Metadata API; one that is not known survives (SF-102). */
  readonly scopes?: string[]
  readonly singleLogoutUrl?: string
}
export type ConnectedAppOauthPolicy = {
  readonly ipRelaxation?: (typeof ipRelaxations)[number]
  readonly refreshTokenPolicy?: string
  readonly isTokenExchangeFlowEnabled?: boolean
  readonly singleLogoutUrl?: string
}
export type ConnectedApp = Named<typeof appTexts, string> &
  Named<typeof appKept, Uninterpreted> & {
    readonly name: string
    readonly label?: string
    readonly contactEmail: string
    readonly contactPhone?: string
    readonly attributes?: { readonly key: string; readonly formula: string }[]
    readonly ipRanges?: StartEnd[]
    readonly profileName?: string[]
    readonly permissionSetName?: string[]
    readonly oauthConfig?: ConnectedAppOauthConfig
    readonly oauthPolicy?: ConnectedAppOauthPolicy
    readonly sessionPolicy?: {
      readonly policyAction?: (typeof policyActions)[number]
      readonly sessionLevel?: (typeof sessionLevels)[number]
      readonly sessionTimeout?: number
    }
    /** Kept under the External Client App's name for it: the type ConnectedApp has no place for the allowlist. */
    readonly oauthSecuritySettings?: OauthSecuritySettings
  }

const minutes = integer({ minimum: 1, maximum: 1440 })

const oauthConfig = (secret: SecretField) =>
  objectOf({
    ...each(configFlags, flag),
    ...each(['callbackUrl', 'oauthClientCredentialUser', 'singleLogoutUrl'] as const, text),
    assetTokenConfig: optional(uninterpreted),
    certificate: optional(described('X.509 certificate in PEM, for private_key_jwt.')),
    consumerKey: optional(described('Generated where it is left out.')),
    consumerSecret: optional(secret('Generated where it is left out; shown once and never again.')),
    idTokenConfig: optional(
      objectOf({
        ...each(idTokenFlags, flag),
        idTokenAudience: optional(text),
        idTokenValidity: optional(minutes),
      }),
    ),
    scopes: optional(words),
  })

const oauthPolicy = objectOf({
  ipRelaxation: optional(choice(ipRelaxations)),
  refreshTokenPolicy: optional(text),
  isTokenExchangeFlowEnabled: optional(flag),
  singleLogoutUrl: optional(text),
})

const sessionPolicy = objectOf({
  policyAction: optional(choice(policyActions)),
  sessionLevel: optional(choice(sessionLevels)),
  sessionTimeout: optional(minutes),
})

export const connectedAppSchema = (secret: SecretField): Schema<ConnectedApp> =>
  objectOf(
    {
      name: apiName,
      ...each(appTexts, text),
      ...each(appKept, uninterpreted),
      ...each(['label', 'contactPhone'] as const, text),
      contactEmail: string({ minLength: 3, maxLength: 255 }),
      attributes: optional(listOf(objectOf({ key: string(), formula: string() }), { maxItems: 200 })),
      ipRanges: optional(startEndRanges),
      profileName: optional(words),
      permissionSetName: optional(words),
      oauthConfig: optional(oauthConfig(secret)),
      oauthPolicy: optional(oauthPolicy),
      sessionPolicy: optional(sessionPolicy),
      oauthSecuritySettings: optional(oauthSecuritySettings),
    },
    { description: 'ConnectedApp' },
  )
