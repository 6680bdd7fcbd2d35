/** The forms that go to a token endpoint. Whoever sends them decides when. */
export type Authentication = 'post' | 'basic' | 'private_key_jwt';
/** How an app proves itself (SF-15): most of Salesforce's clients send the secret in the form. A public client has none. */
export type AppCredentials = {
    readonly clientId: string;
    readonly clientSecret: string | undefined;
    readonly authentication: Authentication;
    /** In the place of a secret (RFC 7523 section 2.2). */
    readonly assertion?: AssertionMaker | undefined;
};
export type AssertionMaker = {
    /** Another one at each call, for minutes: called when the request is about to be written. */
    readonly make: () => string;
    /** Of the key. */
    readonly fingerprint: string;
};
/** `path` on the login host. The body is a form. */
export type FormRequest = {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly body: string;
};
export declare const refreshRequest: (app: AppCredentials, refreshToken: string) => FormRequest;
/** The web server flow's second half, with PKCE (RFC 7636 section 4.5). */
export declare const codeRequest: (app: AppCredentials, given: {
    readonly code: string;
    readonly redirectUri: string;
    readonly verifier: string;
}) => FormRequest;
/** SF-118; it spends nothing (SF-119). */
export declare const introspectionRequest: (app: AppCredentials, refreshToken: string) => FormRequest;
/** SF-113: nobody has to prove who he is. */
export declare const revocationRequest: (token: string) => FormRequest;
/** What tells one proof from another, e.g. for whose answer it was; holds the secret, so it is to be hashed. */
export declare const proofOf: ({ clientId, clientSecret, assertion }: AppCredentials) => readonly (string | null)[];
/** What introspection says of a refresh token (SF-118): only a whole, well-formed `active` counts as an answer. */
export declare function readIntrospection(status: number, body: string): 'active' | 'inactive' | 'cannot-tell';
