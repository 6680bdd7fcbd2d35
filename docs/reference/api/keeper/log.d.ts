/** Where the keeper writes what happens. */
/** Structured records; fields never hold a secret. */
export type Log = {
    readonly info: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
    readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
    readonly error: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
};
