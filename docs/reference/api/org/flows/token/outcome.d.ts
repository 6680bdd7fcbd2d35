/** What a token request ends in, before it becomes a reply. */
import type { Refusal } from '../../rules/decide.ts';
/** The fields of a success, in the order in which Salesforce writes them (SF-35 to SF-42). */
export type TokenFields = Readonly<Record<string, string>>;
export type TokenOutcome = {
    readonly kind: 'issued';
    readonly fields: TokenFields;
}
/** Decided, and recorded where it is worth a record. */
 | {
    readonly kind: 'refused';
    readonly refusal: Refusal;
}
/** Nothing was decided or changed; the same request may come again (P-03). */
 | {
    readonly kind: 'unavailable';
    readonly why: string;
}
/** A fault of the testing plane: the connection is cut before a byte of the reply. */
 | {
    readonly kind: 'cut';
};
export declare const refused: (refusal: Refusal) => TokenOutcome;
export declare const unavailable: (why: string) => TokenOutcome;
