import type { ConnectionName, Keeper } from '../keeper-face.ts';
type JsforceConnection = {
    accessToken?: string | null | undefined;
    instanceUrl: string;
};
type Callback = (error: Error | null, accessToken: string | undefined) => void;
/** The `refreshFn` of a jsforce connection. */
export type RefreshFn = (connection: JsforceConnection, callback: Callback) => void;
export type Handed = {
    readonly accessToken: string;
    readonly instanceUrl: string;
};
/** What is asked of the keeper. */
type Asked = Pick<Keeper, 'accessToken' | 'verify' | 'fetch'>;
/** One that has an instance URL: where the org has not said it yet, one exchange asks for it. */
export declare function firstToken(keeper: Asked, of: ConnectionName): Promise<Handed>;
/** `onToken` hears of each token before jsforce has it. */
export declare function refreshFnOf(keeper: Asked, of: ConnectionName, { first, onToken }: {
    readonly first: Handed;
    readonly onToken?: (handed: Handed) => void;
}): RefreshFn;
export {};
