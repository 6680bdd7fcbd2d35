import type { Schema } from '../../values/schema.ts';
import type { Secret } from '../../values/secret.ts';
import type { TokenIpRange } from '../rules/fields.ts';
import { type Named, type SecretField, type Uninterpreted } from './schema.ts';
declare const headerTexts: readonly ['contactPhone', 'iconUrl', 'infoUrl', 'logoUrl', 'orgScopedExternalApp'];
declare const distributionStates: readonly ['Local', 'Packaged', 'Managed', 'AutoInstalled'];
declare const managedTypes: readonly ['Local', 'Global'];
declare const globalFlags: readonly ['isClientCredentialsFlowEnabled', 'isCodeCredFlowEnabled', 'isCodeCredPostOnly', 'isConsumerSecretOptional', 'isDPopEnabled', 'isDeviceFlowEnabled', 'isEnforceRefreshTokenTTL', 'isIntrospectAllTokens', 'isMtlsEnabled', 'isNamedUserJwtEnabled', 'isPkceRequired', 'isRefreshTokenRotationEnabled', 'isSecretRequiredForRefreshToken', 'isSecretRequiredForTokenExchange', 'isTokenExchangeEnabled', 'shouldRotateConsumerKey', 'shouldRotateConsumerSecret'];
declare const idTokenFlags: readonly ['idTokenIncludeAttributes', 'idTokenIncludeCustomPermissions', 'idTokenIncludeStandardClaims'];
declare const oauthTexts: readonly ['commaSeparatedOauthScopes', 'commaSeparatedCustomScopes', 'assetTokenAudiences', 'assetTokenSigningCertificate', 'clientAssertionCertificate', 'oauthLink', 'singleLogoutUrl', 'label'];
declare const oauthFlags: readonly ['isFirstPartyAppEnabled', 'areAttributesIncludedInAssetToken', 'areCustomPermissionsIncludedInAssetToken'];
/** SF-254 */
declare const certificateParameters: readonly ['tls_client_auth_subject_dn', 'tls_client_auth_san_dns', 'tls_client_auth_san_uri', 'tls_client_auth_san_ip', 'tls_client_auth_san_email', 'tls_client_auth_san_spiffe'];
declare const policyTexts: readonly ['apexHandler', 'executeHandlerAs', 'clientCredentialsFlowUser', 'commaSeparatedCustomScopes', 'commaSeparatedPermissionSet', 'commaSeparatedProfile', 'label', 'singleLogoutUrl', 'startUrl'];
declare const policyFlags: readonly ['isClientCredentialsFlowEnabled', 'isGuestCodeCredFlowEnabled', 'isTokenExchangeFlowEnabled'];
declare const jwtTimeouts: readonly ['UserSession', 'Custom'];
declare const permittedUsers: readonly ['AllSelfAuthorized', 'AdminApprovedPreAuthorized'];
declare const ipRelaxations: readonly ['Enforce', 'Enforce_RelaxRefresh', 'Bypass_2factor', 'Bypass'];
declare const policyActions: readonly ['Block', 'RaiseSessionLevel', 'StepUpMFA'];
declare const sessionLevels: readonly ['LOW', 'STANDARD', 'HIGH_ASSURANCE'];
declare const refreshTokenPolicies: readonly ['Infinite', 'Zero', 'SpecificLifetime', 'SpecificInactivity'];
declare const units: readonly ['Hours', 'Days', 'Months'];
declare const pluginFlags: readonly ['isEnabled', 'isOauthPluginEnabled', 'isSamlPluginEnabled', 'isCanvasPluginEnabled', 'isMobilePluginEnabled', 'isPushPluginEnabled', 'isNotificationPluginEnabled', 'isAttestPluginEnabled'];
declare const startPages: readonly ['None', 'Custom', 'OAuth', 'SAML'];
export type EcaGlobalOauthSettings = Named<typeof globalFlags, boolean> & {
    readonly callbackUrl?: string;
    readonly certificate?: string;
    readonly consumerKey?: string;
    readonly consumerSecret?: Secret;
    readonly label?: string;
    readonly idTokenConfig?: Named<typeof idTokenFlags, boolean> & {
        readonly idTokenAudience?: string;
        readonly idTokenValidityInMinutes?: number;
    };
};
export type EcaOauthSettings = Named<typeof oauthTexts, string> & Named<typeof oauthFlags, boolean> & {
    readonly assetTokenValidity?: number;
    readonly customAttributes?: Uninterpreted[];
    readonly trustedIpRanges?: TokenIpRange[];
};
export type OauthSecuritySettings = {
    readonly label?: string;
    /** Setup's switch; the metadata type has no field for it (SF-255). */
    readonly enforceRefreshTokenIpAllowlist?: boolean;
    readonly tokenIpRanges?: TokenIpRange[];
    readonly tlsClientAuthCertParamType?: (typeof certificateParameters)[number];
    readonly tlsClientAuthCertParamValue?: string;
};
export type EcaOauthPolicies = Named<typeof policyTexts, string> & Named<typeof policyFlags, boolean> & {
    readonly customAttributes?: Uninterpreted[];
    readonly guestJwtSessionTimeoutType?: (typeof jwtTimeouts)[number];
    readonly guestJwtTimeout?: number;
    readonly namedUserJwtSessionTimeoutType?: (typeof jwtTimeouts)[number];
    readonly namedUserJwtTimeout?: number;
    readonly ipRelaxationPolicyType?: (typeof ipRelaxations)[number];
    readonly permittedUsersPolicyType?: (typeof permittedUsers)[number];
    readonly policyAction?: (typeof policyActions)[number];
    readonly refreshTokenPolicyType?: (typeof refreshTokenPolicies)[number];
    readonly refreshTokenValidityPeriod?: number;
    readonly refreshTokenValidityUnit?: (typeof units)[number];
    readonly requiredSessionLevel?: (typeof sessionLevels)[number];
    readonly sessionTimeoutInMinutes?: number;
};
export type EcaPolicies = Named<typeof pluginFlags, boolean> & {
    readonly label?: string;
    readonly startPage?: (typeof startPages)[number];
    readonly startUrl?: string;
};
export type ExternalClientApp = Named<typeof headerTexts, string> & {
    readonly name: string;
    readonly label?: string;
    readonly contactEmail: string;
    readonly description?: string;
    readonly distributionState?: (typeof distributionStates)[number];
    readonly isProtected?: boolean;
    readonly managedType?: (typeof managedTypes)[number];
    readonly globalOauthSettings?: EcaGlobalOauthSettings;
    readonly oauthSettings?: EcaOauthSettings;
    readonly oauthSecuritySettings?: OauthSecuritySettings;
    readonly oauthConfigurablePolicies?: EcaOauthPolicies;
    readonly configurablePolicies?: EcaPolicies;
};
/** Also what a Connected App carries of the allowlist (SF-141). */
export declare const oauthSecuritySettings: Schema<OauthSecuritySettings>;
export declare const externalClientAppSchema: (secret: SecretField) => Schema<ExternalClientApp>;
export {};
