/** Secrets in documents: said to be in the environment or in a file, or written out, which is accepted and warned of. */
import { type Result } from '../values/result.ts';
import type { SchemaOf } from '../values/schema.ts';
import { type Secret } from '../values/secret.ts';
import { type DocumentFault, type Path } from './fault.ts';
import type { Locate } from './yaml-document.ts';
/** In a document. After `resolveSecrets` a Secret stands in its place. */
export type SecretSource = string | {
    readonly env: string;
} | {
    readonly file: string;
};
/** For a field that holds a secret. Typed by what is there in the end. */
export declare const secretSchema: (description: string) => SchemaOf<Secret>;
/** How a secret is fetched; given by whoever may read environment and files. */
export type SecretReaders = {
    readonly environment: (name: string) => string | undefined;
    /** The text, or a phrase that says why there is none. */
    readonly file: (path: string) => Result<string, string>;
};
export type Resolved<T> = {
    readonly value: T;
    readonly warnings: readonly DocumentFault[];
};
/** Puts a Secret in the place of every source at `paths`; the value that was given is not changed. All faults together. */
export declare function resolveSecrets<T>({ value, secrets }: {
    readonly value: T;
    readonly secrets: readonly Path[];
}, readers: SecretReaders, locate: Locate): Result<Resolved<T>, readonly DocumentFault[]>;
export declare const valueAt: (value: unknown, path: Path) => unknown;
/** A copy in which the value at the path is another; mappings on the way are made where there are none. */
export declare function withValueAt(value: unknown, [key, ...rest]: Path, to: unknown): unknown;
