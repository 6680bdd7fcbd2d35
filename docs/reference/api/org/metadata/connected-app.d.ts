import type { Schema } from '../../values/schema.ts';
import type { Secret } from '../../values/secret.ts';
import { type StartEnd } from './field-shapes.ts';
import { type OauthSecuritySettings } from './external-client-app.ts';
import { type Named, type SecretField, type Uninterpreted } from './schema.ts';
declare const appTexts: readonly ['description', 'infoUrl', 'iconUrl', 'logoUrl', 'mobileStartUrl', 'startUrl', 'plugin'];
declare const appKept: readonly ['canvasConfig', 'mobileAppConfig', 'samlConfig'];
declare const configFlags: readonly ['isAdminApproved', 'isClientCredentialEnabled', 'isCodeCredentialEnabled', 'isCodeCredentialPostOnly', 'isConsumerSecretOptional', 'isDPopEnabled', 'isDeviceFlowEnabled', 'isEnforceRefreshTokenTTL', 'isIntrospectAllTokens', 'isIpBindingEnabled', 'isNamedUserJwtEnabled', 'isPKImTLSEnabled', 'isPkceRequired', 'isRefreshTokenRotationEnabled', 'isSecretRequiredForRefreshToken', 'isSecretRequiredForTokenExchange', 'isTokenExchangeEnabled'];
declare const idTokenFlags: readonly ['idTokenIncludeAttributes', 'idTokenIncludeCustomPerms', 'idTokenIncludeStandardClaims'];
declare const ipRelaxations: readonly ['ENFORCE', 'ENFORCE_RELAXREFRESH', 'BYPASS_2FACTOR', 'BYPASS'];
declare const policyActions: readonly ['Block', 'RaiseSessionLevel', 'StepUpMFA'];
declare const sessionLevels: readonly ['LOW', 'STANDARD', 'HIGH_ASSURANCE'];
export type ConnectedAppOauthConfig = Named<typeof configFlags, boolean> & {
    readonly assetTokenConfig?: Uninterpreted;
    readonly callbackUrl?: string;
    readonly certificate?: string;
    readonly consumerKey?: string;
    readonly consumerSecret?: Secret;
    readonly idTokenConfig?: Named<typeof idTokenFlags, boolean> & {
        readonly idTokenAudience?: string;
        readonly idTokenValidity?: number;
    };
    readonly oauthClientCredentialUser?: string;
    /** Names of the Metadata API; one that is not known survives (SF-102). */
    readonly scopes?: string[];
    readonly singleLogoutUrl?: string;
};
export type ConnectedAppOauthPolicy = {
    readonly ipRelaxation?: (typeof ipRelaxations)[number];
    readonly refreshTokenPolicy?: string;
    readonly isTokenExchangeFlowEnabled?: boolean;
    readonly singleLogoutUrl?: string;
};
export type ConnectedApp = Named<typeof appTexts, string> & Named<typeof appKept, Uninterpreted> & {
    readonly name: string;
    readonly label?: string;
    readonly contactEmail: string;
    readonly contactPhone?: string;
    readonly attributes?: {
        readonly key: string;
        readonly formula: string;
    }[];
    readonly ipRanges?: StartEnd[];
    readonly profileName?: string[];
    readonly permissionSetName?: string[];
    readonly oauthConfig?: ConnectedAppOauthConfig;
    readonly oauthPolicy?: ConnectedAppOauthPolicy;
    readonly sessionPolicy?: {
        readonly policyAction?: (typeof policyActions)[number];
        readonly sessionLevel?: (typeof sessionLevels)[number];
        readonly sessionTimeout?: number;
    };
    /** Kept under the External Client App's name for it: the type ConnectedApp has no place for the allowlist. */
    readonly oauthSecuritySettings?: OauthSecuritySettings;
};
export declare const connectedAppSchema: (secret: SecretField) => Schema<ConnectedApp>;
export {};
