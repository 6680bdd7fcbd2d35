/** An app of either kind, as its metadata has it. */
import type { Fields } from '../rules/fields.ts';
import type { ConnectedApp } from './connected-app.ts';
import type { ExternalClientApp } from './external-client-app.ts';
import type { ReadApp } from './read-app.ts';
export type AppObject = {
    readonly kind: 'externalClientApp';
    readonly object: ExternalClientApp;
} | {
    readonly kind: 'connectedApp';
    readonly object: ConnectedApp;
};
export declare function readApp(app: AppObject): ReadApp;
/** The metadata fields that policies read, laid flat. */
export declare const flattenFields: (app: AppObject) => Fields;
/** The object without its consumer secret: what is stored as JSON, shown, and audited. */
export declare function withoutSecret(app: AppObject): AppObject;
export declare function withConsumerKey(app: AppObject, consumerKey: string): AppObject;
/** Fields that the object itself does not set keep what stands in `security`; a list is replaced as a whole. */
export declare function withAllowlist(app: AppObject, security: Pick<NonNullable<ExternalClientApp['oauthSecuritySettings']>, 'enforceRefreshTokenIpAllowlist' | 'tokenIpRanges'>): AppObject;
