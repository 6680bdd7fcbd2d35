/** What a token endpoint says, read out of the body of its reply. Total: any text gives one of the three. */
export type TokenReply = {
    readonly kind: 'tokens';
    readonly tokens: Tokens;
} | {
    readonly kind: 'error';
    readonly error: string;
    readonly description: string;
} | {
    readonly kind: 'neither';
    readonly why: string;
};
export type Tokens = {
    readonly accessToken: string;
    /** Undefined: the one that was sent stays the one to keep (SF-45, SF-311). */
    readonly refreshToken: string | undefined;
    readonly instanceUrl: string | undefined;
    /** The identity URL, `https://HOST/id/ORG/USER` (SF-43). */
    readonly identity: string | undefined;
    /** Milliseconds since 1970, as Salesforce writes it (SF-36). */
    readonly issuedAt: number | undefined;
    readonly scope: string | undefined;
    readonly signature: string | undefined;
    /** Salesforce sends none; others do. */
    readonly expiresInSeconds: number | undefined;
};
export declare function readTokenReply(body: string): TokenReply;
