/** Three versions of one object: what the file said when it was last applied, what it says now, and what is in force. The file's own changes are
 *  taken; what someone else changed since stays (`interfaces.md`: a restart never undoes what the admin API changed). */
export type Difference = {
    readonly path: string;
    readonly file: unknown;
    readonly inForce: unknown;
};
export type Merged = {
    readonly value: unknown;
    readonly differences: readonly Difference[];
};
type Three = {
    readonly base: unknown;
    readonly file: unknown;
    readonly inForce: unknown;
};
/** Objects are merged key by key, lists and scalars as a whole. Where both sides changed one thing, what is in force stays. */
export declare function merge({ base, file, inForce }: Three, path?: string): Merged;
/** The order of keys does not count, that of list entries does. */
export declare const sameValue: (a: unknown, b: unknown) => boolean;
/** Keys in order at every level; undefined fields left out. */
export declare function canonicalJson(value: unknown): string;
export {};
