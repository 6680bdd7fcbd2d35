/** What a refusal is: what the client is told, what it means to an admin, and what to do next. */
/** Salesforce's opaque words. Where public sources disagree, `compat` names the setting that changes them (fact book, section 26). */
export type PublicWords = {
    readonly status: 400 | 403 | 404 | 429 | 503;
    readonly error: string;
    readonly description: string;
    readonly compat?: CompatKey | undefined;
};
export type CompatKey = 'allowlistDescription' | 'inFlightDescription' | 'audienceDescription' | 'badAssertion' | 'unknownClientError' | 'denyCode' | 'mismatchError' | 'missingError' | 'revokeUnknownStatus' | 'invalidClientStatus';
/** What a refusal saw; everything in it may be shown to an admin, nothing in it is a secret. */
export type Saw = Readonly<Record<string, string | number | boolean | null>>;
export type CatalogueEntry = {
    readonly public: PublicWords;
    readonly fact: string;
    /** Login history's status column; Salesforce's texts where known (SF-231, SF-233). */
    readonly status: string;
    /** Login history's `decision` column (SF-233). */
    readonly decision: string;
    readonly means: (saw: Saw) => string;
    readonly next: (saw: Saw) => readonly string[];
};
export declare const badRequest: (description: string) => PublicWords;
export declare const reauthorize: () => readonly string[];
export declare function entry(fact: string, words: PublicWords, record: readonly [status: string, decision: string], explained: Pick<CatalogueEntry, 'means' | 'next'>): CatalogueEntry;
