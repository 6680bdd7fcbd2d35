/** jsforce keeps the refresh token that it was given and throws rotated ones away (L-31, SF-302). With this it never sees one: it asks the keeper. */
import type { ConnectionName, Keeper } from '../keeper-face.ts';
type Callback = (error: Error | null, accessToken: string | undefined) => void;
/** What `new Connection(...)` of jsforce takes. */
export type JsforceOptions = {
    readonly instanceUrl: string;
    readonly accessToken: string;
    readonly refreshFn: (connection: {
        readonly accessToken?: string | null | undefined;
    }, callback: Callback) => void;
};
/** Give it neither `oauth2` nor `refreshToken` beside. Rejects as `keeper.accessToken` does. */
export declare function forJsforce(keeper: Keeper, of: ConnectionName): Promise<JsforceOptions>;
export {};
