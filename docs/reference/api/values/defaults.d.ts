/** The value of a schema that nobody has set anything in. */
import type { Schema } from './schema.ts';
/** Some of the settings, sections in part; lists as a whole. */
export type Overrides<T> = T extends readonly unknown[] ? T : T extends object ? {
    readonly [K in keyof T]?: Overrides<T[K]>;
} : T;
/** Settings without a default stay absent unless they are in `overrides`. */
export declare function defaultsOf<T>(schema: Schema<T>, overrides?: Overrides<NoInfer<T>>): T;
