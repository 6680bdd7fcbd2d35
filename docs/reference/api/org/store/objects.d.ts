/** Metadata objects at rest: one row each, JSON without any secret. */
import { type Program } from '../../storage/program.ts';
/** Singletons have the name `org`. Users have a table of their own. */
export type ObjectKind = 'organization' | 'securitySettings' | 'oauthOidcSettings' | 'connectedAppSettings' | 'externalClientAppSettings' | 'profile' | 'permissionSet' | 'externalClientApp' | 'connectedApp';
export declare const singletonName = "org";
export type ObjectRow = {
    readonly kind: ObjectKind;
    readonly name: string;
    readonly content: string;
    /** What the org file said when it was last applied; null for what it never named. */
    readonly applied: string | null;
    readonly createdAt: number;
    readonly changedAt: number;
};
export declare function findObject(kind: ObjectKind, name: string): Program<ObjectRow | undefined>;
/** Ordered by name; `above` is the last name of the page before. */
export declare function findObjects(kind: ObjectKind, { above, limit }: {
    readonly above?: string | undefined;
    readonly limit: number;
}): Program<ObjectRow[]>;
export declare function findAllObjects(): Program<ObjectRow[]>;
/** Everything but the apps: what holds for the whole org. */
export declare function findOrgWide(): Program<ObjectRow[]>;
