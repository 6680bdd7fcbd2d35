import type { Schema } from '../../values/schema.ts';
import { type StartEnd } from './field-shapes.ts';
import { type Named } from './schema.ts';
declare const sessionTimeouts: readonly ['FifteenMinutes', 'ThirtyMinutes', 'SixtyMinutes', 'NinetyMinutes', 'TwoHours', 'FourHours', 'EightHours', 'TwelveHours', 'TwentyFourHours'];
export type SessionTimeout = (typeof sessionTimeouts)[number];
declare const sessionFlags: readonly ['enforceIpRangesEveryRequest', 'lockSessionsToIp', 'forceLogoutOnSessionTimeout'];
declare const oauthOidcFlags: readonly ['blockOAuthUnPwFlow', 'blockOAuthUsrAgtFlow', 'isPkceRequired', 'oAuthCdCrdtFlowEnable'];
declare const connectedAppFlags: readonly ['enableAdminApprovedAppsOnly', 'enableAdminApprovedAppsOnlyForExternalUser'];
declare const externalClientAppFlags: readonly ['enableClientSecretInRestApiAccess', 'enableConsumerSecretApiAccess', 'enablePackageEcaOauthFromDevOrg'];
export type Organization = {
    readonly id?: string;
    readonly name?: string;
    readonly instanceUrl?: string;
};
export type SecuritySettings = {
    readonly networkAccess?: {
        readonly ipRanges?: StartEnd[];
    };
    readonly sessionSettings?: Named<typeof sessionFlags, boolean> & {
        readonly sessionTimeout?: SessionTimeout;
    };
};
export type OauthOidcSettings = Named<typeof oauthOidcFlags, boolean>;
export type ConnectedAppSettings = Named<typeof connectedAppFlags, boolean>;
export type ExternalClientAppSettings = Named<typeof externalClientAppFlags, boolean>;
export declare const organizationSchema: Schema<Organization>;
export declare const securitySettingsSchema: Schema<SecuritySettings>;
export declare const oauthOidcSettingsSchema: Schema<OauthOidcSettings>;
export declare const connectedAppSettingsSchema: Schema<ConnectedAppSettings>;
export declare const externalClientAppSettingsSchema: Schema<ExternalClientAppSettings>;
/** Two hours where nothing is set (SF-08). */
export declare function sessionTimeoutMinutes({ sessionSettings }: SecuritySettings): number;
export {};
