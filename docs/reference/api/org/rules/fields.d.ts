/** The metadata fields of one app that rules read, laid flat: an External Client App spreads them over several metadata types, a Connected
 *  App keeps them in `oauthConfig` and `oauthPolicy` (SF-242 to SF-257). Names and values are the Metadata API's own. */
import type { ValidityUnit } from '../../values/time.ts';
export type AppKind = 'externalClientApp' | 'connectedApp';
/** One row of the allowlist as metadata spells it (SF-264). */
export type TokenIpRange = {
    readonly startIpAddress: string;
    readonly endIpAddress: string;
    readonly description?: string | undefined;
};
export type EcaRefreshTokenPolicyType = 'Infinite' | 'Zero' | 'SpecificLifetime' | 'SpecificInactivity';
export type Fields = {
    readonly isPkceRequired?: boolean | undefined;
    readonly isRefreshTokenRotationEnabled?: boolean | undefined;
    readonly isEnforceRefreshTokenTTL?: boolean | undefined;
    readonly isConsumerSecretOptional?: boolean | undefined;
    readonly isSecretRequiredForRefreshToken?: boolean | undefined;
    readonly isIntrospectAllTokens?: boolean | undefined;
    /** Setup's switch; no metadata type has a field for it (SF-255). */
    readonly enforceRefreshTokenIpAllowlist?: boolean | undefined;
    readonly tokenIpRanges?: readonly TokenIpRange[] | undefined;
    readonly refreshTokenPolicyType?: EcaRefreshTokenPolicyType | undefined;
    readonly refreshTokenValidityPeriod?: number | undefined;
    readonly refreshTokenValidityUnit?: ValidityUnit | undefined;
    readonly permittedUsersPolicyType?: string | undefined;
    readonly ipRelaxationPolicyType?: string | undefined;
    readonly sessionTimeoutInMinutes?: number | undefined;
    readonly refreshTokenPolicy?: string | undefined;
};
export type FieldName = keyof Fields;
/** A field that cannot be saved, in words that follow the field's name: `refreshTokenValidityPeriod is longer than …`. */
export type FieldFault = {
    readonly field: FieldName;
    readonly means: string;
    readonly row?: number | undefined;
};
