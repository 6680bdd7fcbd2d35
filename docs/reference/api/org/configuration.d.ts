/** What an installation of the org may choose: the settings that decide where public sources about Salesforce disagree, and its own limits. */
import { type Overrides } from '../values/defaults.ts';
import type { Schema, SchemaOf } from '../values/schema.ts';
export type OrgConfiguration = {
    readonly listen: string;
    readonly publicUrl?: string;
    readonly file?: string;
    readonly trustedProxies: readonly string[];
    readonly session: {
        readonly sliding: boolean;
    };
    readonly code: {
        readonly ttlSeconds: number;
        readonly reuseRevokes: boolean;
    };
    readonly limits: {
        readonly connections: number;
        readonly loginsPerUserHour: number;
        readonly loginFailures: number;
        readonly clientFailures: number;
        readonly failureWindowSeconds: number;
        readonly failureKeys: number;
    };
    readonly pages: {
        readonly loginSteps: number;
    };
    readonly passwordHashing: {
        readonly costLog2: number;
        readonly blockSize: number;
        readonly parallelism: number;
    };
    readonly history: {
        readonly keepDays: number;
        readonly keepRows: number;
    };
    readonly compat: {
        readonly allowlistDescription: string;
        readonly inFlightDescription: string;
        readonly audienceDescription: string;
        readonly badAssertion: string;
        readonly unknownClientError: string;
        readonly denyCode: string;
        readonly invalidClientStatus: number;
        readonly revokeUnknownStatus: number;
        readonly loginHistoryIpStatus: string;
    };
    readonly pkce: {
        readonly verifierMin: number;
        readonly verifierMax: number;
        readonly defaultMethod: 'S256' | 'plain';
        readonly allowPlain: boolean;
        readonly mismatchError: string;
        readonly missingError: string;
        readonly unboundVerifier: 'reject' | 'ignore';
    };
    readonly jwt: {
        readonly maxExpAheadSeconds: number | 'none';
        readonly skewSeconds: number;
        readonly singleUse: boolean;
    };
    readonly allowlistForConnectedApps: boolean;
    readonly trustedRanges: {
        readonly skipActivation: boolean;
    };
    readonly deviceActivation: 'on' | 'off';
    readonly ipRelax: {
        readonly restrictedPages: readonly string[];
    };
    readonly ecaDefaults: {
        readonly refreshTokenPolicyDays: number;
        readonly rotation: boolean;
    };
    readonly rotationMode: 'strict' | 'overlap' | 'until-used';
    readonly overlapSeconds: number;
    readonly reauthRevokesAll: boolean;
    readonly controls: {
        readonly oneWay: boolean;
    };
    readonly discovery: {
        readonly advertisePkce: boolean;
        readonly rfc8414: boolean;
    };
};
/** Plain JSON Schema; every setting has a default but `publicUrl` and `file`. */
export declare const orgConfigurationSchema: Schema<OrgConfiguration> & SchemaOf<OrgConfiguration>;
/** All defaults, with some settings replaced; a section that is given replaces only the settings that it names. Nothing is validated:
 *  the types hold what they can, and what a person wrote goes through `config`. */
export declare const defaultOrgConfiguration: (overrides?: Overrides<OrgConfiguration>) => OrgConfiguration;
