/** What a redemption compares of an app, and what no JSON may show. */
import { type Program } from '../../storage/program.ts';
import type { AppKind } from '../rules/fields.ts';
export type AppRow = {
    readonly name: string;
    readonly kind: AppKind;
    readonly consumerKey: string;
    readonly sealedSecret: Uint8Array | null;
    readonly version: number;
    /** Rises with each change of this app's allowlist or its switch: the allowlist's ETag. */
    readonly listVersion: number;
    readonly content: string;
    readonly applied: string | null;
    readonly createdAt: number;
    readonly changedAt: number;
};
export declare function findApp(name: string): Program<AppRow | undefined>;
/** Ordered by name; `above` is the last name of the page before. */
export declare function findApps({ above, limit }: {
    above?: string | undefined;
    limit: number;
}): Program<AppRow[]>;
export declare function findAppVersions(): Program<{
    readonly name: string;
    readonly version: number;
}[]>;
