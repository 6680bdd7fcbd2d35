/** Building blocks of the metadata schemas; what TypeBox infers from a schema is held against the type that is declared beside it. */
import { type Static, type TArray, type TOptional, type TSchema, type TString, type TUnsafe } from 'typebox';
import type { Schema } from '../../values/schema.ts';
import type { Secret } from '../../values/secret.ts';
/** A schema of ours from one of TypeBox's, typed by what it accepts. */
export declare function accepts<S extends TSchema>(schema: S): Schema<Static<S>>;
/** The other way round, so that a schema of ours can stand inside one of TypeBox's. */
export declare const within: <T>(schema: Schema<T>) => TUnsafe<T>;
export type Named<Names extends readonly string[], T> = {
    readonly [N in Names[number]]?: T;
};
/** One schema for each name, all of them optional. */
export declare function each<const Names extends readonly string[], S extends TSchema>(names: Names, schema: S): {
    [N in Names[number]]: TOptional<S>;
};
/** No key but those that are named. */
export declare const closed: {
    readonly additionalProperties: false;
};
export declare const flag: TUnsafe<boolean>;
export declare const text: TString;
export declare const words: TArray<TString>;
/** What only this server keeps and hands back, without reading it (SF-247). */
export declare const uninterpreted: TUnsafe<Uninterpreted>;
export type Uninterpreted = Readonly<Record<string, unknown>>;
export declare function choice<const Names extends readonly string[]>(names: Names, description?: string): TUnsafe<Names[number]>;
/** A secret that came over HTTP: the text itself, since a caller may not have this server read its environment or its files. */
export declare const plainSecretSchema: (description: string) => Schema<Secret>;
/** How a secret may be given: in a file written by the operator, or over HTTP. */
export type SecretField = (description: string) => Schema<Secret>;
