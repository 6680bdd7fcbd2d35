/** Schemas of configuration as plain data: the part of JSON Schema that our documents use, tied by type to the values that they accept. */
import type { Secret } from './secret.ts';
/** The keywords that `documents/validate.ts` understands; it throws on any other, so none is ever skipped in silence. */
export type JsonSchema = {
    readonly 'type'?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
    readonly 'description'?: string;
    readonly 'default'?: unknown;
    readonly 'enum'?: readonly unknown[];
    readonly 'const'?: unknown;
    readonly 'anyOf'?: readonly JsonSchema[];
    readonly 'properties'?: Readonly<Record<string, JsonSchema>>;
    readonly 'required'?: readonly string[];
    readonly 'additionalProperties'?: boolean | JsonSchema;
    readonly 'items'?: JsonSchema;
    readonly 'minimum'?: number;
    readonly 'maximum'?: number;
    readonly 'minLength'?: number;
    readonly 'maxLength'?: number;
    readonly 'maxItems'?: number;
    readonly 'pattern'?: string;
    /** A name in `documents/formats.ts`. */
    readonly 'format'?: string;
    /** The value is a secret or says where one lies; it is never shown. */
    readonly 'x-secret'?: true;
};
/** What is accepted by a schema, once defaults are filled in, is a T. The field exists in the type alone. */
export type Schema<T> = JsonSchema & {
    readonly '~accepts'?: T;
};
type Common<T> = {
    readonly description: string;
    readonly default?: T;
};
type ObjectSchema<T> = {
    readonly type: 'object';
    readonly description?: string;
    readonly default?: Record<string, never>;
    readonly additionalProperties: false;
    readonly properties: {
        readonly [K in keyof T]-?: SchemaOf<Exclude<T[K], undefined>>;
    };
    readonly required?: readonly (keyof T & string)[];
};
/** The schemas that may stand for a T: a field that is missing, of another type, or without a description does not compile. */
export type SchemaOf<T> = [T] extends [Secret] ? JsonSchema & {
    readonly 'description': string;
    readonly 'x-secret': true;
} : [T] extends [boolean] ? Common<T> & {
    readonly type: 'boolean';
} : [T] extends [number] ? Common<T> & {
    readonly type: 'integer' | 'number';
    readonly minimum: number;
    readonly maximum?: number;
    readonly enum?: readonly T[];
} : [T] extends [string] ? string extends T ? Common<T> & {
    readonly type: 'string';
    readonly format?: string;
    readonly minLength?: number;
    readonly maxLength?: number;
} : Common<T> & {
    readonly type: 'string';
    readonly enum: readonly T[];
} : [T] extends [number | 'none'] ? Common<T> & {
    readonly anyOf: readonly JsonSchema[];
} : [T] extends [readonly (infer Item)[]] ? Common<T> & {
    readonly type: 'array';
    readonly items: JsonSchema & ([Item] extends [string] ? {
        readonly type: 'string';
    } : unknown);
    readonly maxItems?: number;
} : ObjectSchema<T>;
export {};
