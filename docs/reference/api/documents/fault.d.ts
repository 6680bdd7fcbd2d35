/** What is wrong in a document that a person wrote, and where. */
/** Keys and indexes from the root. */
export type Path = readonly (string | number)[];
/** Counted from 1, as editors do. */
export type Where = {
    readonly file: string;
    readonly line: number;
    readonly column: number;
};
/** `path` as in `org.trustedProxies[1]`, empty for the document as a whole; `next` is an act to do. No value of a secret is ever in it. */
export type DocumentFault = {
    readonly path: string;
    readonly where?: Where;
    readonly message: string;
    readonly next: string;
};
export declare function pathText(path: Path): string;
/** `sallyport.yaml:3:7: org.rotationMode: "stric" is none of …`, for a terminal. */
export declare function faultLine({ path, where, message }: DocumentFault): string;
