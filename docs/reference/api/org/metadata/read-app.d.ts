/** The one form in which the rest of this server reads apps of both kinds. */
import type { Path } from '../../documents/fault.ts';
import type { Secret } from '../../values/secret.ts';
import type { AppKind, FieldName, Fields } from '../rules/fields.ts';
/** What is not a policy's business. */
export type ReadApp = {
    readonly kind: AppKind;
    readonly name: string;
    readonly label: string;
    readonly contactEmail: string;
    readonly consumerKey: string | undefined;
    readonly consumerSecret: Secret | undefined;
    /** Newline separated (SF-83). */
    readonly callbackUrl: string | undefined;
    readonly certificate: string | undefined;
    /** OAuth spelling. */
    readonly scopes: readonly string[];
    readonly isEnabled: boolean;
    /** Undefined: the org's (SF-08). */
    readonly sessionMinutes: number | undefined;
    readonly idTokenMinutes: number | undefined;
    readonly idTokenAudience: string | undefined;
    readonly fields: Fields;
    /** Where a field of the rules stands in this kind's metadata. */
    readonly place: (field: FieldName) => Path;
    /** The section that holds keys, callback and certificate. */
    readonly keys: 'globalOauthSettings' | 'oauthConfig';
};
