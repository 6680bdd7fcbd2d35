import { type Program } from '../../storage/program.ts';
import type { AppKind } from '../rules/fields.ts';
import { type AuditEntry } from './audit.ts';
import type { ObjectKind } from './objects.ts';
type Content = {
    readonly name: string;
    /** The content that the author saw; null: the object must not be there. */
    readonly expects: string | null;
    readonly content: string;
    /** What the org file says; left out: as it was. */
    readonly applied?: string | null;
};
export type AppChange = Content & {
    readonly kind: 'app';
    readonly appKind: AppKind;
    readonly consumerKey: string;
    /** Left out: as it was. */
    readonly sealedSecret?: Uint8Array;
    readonly listChanged: boolean;
    /** Ends every grant of the app, as a rotation of its secret does (SF-213). */
    readonly endsGrants?: 'key-rotated';
};
export type ObjectChange = Content & {
    readonly kind: 'object';
    readonly objectKind: Exclude<ObjectKind, AppKind>;
};
export type UserChange = Content & {
    readonly kind: 'user';
    readonly isActive: boolean;
    /** Left out: as it was; null: none yet, it will be hashed at its first use. */
    readonly passwordHash?: string | null;
};
/** Deleting an app ends its grants. */
export type Deletion = {
    readonly kind: 'delete';
    readonly objectKind: ObjectKind;
    readonly name: string;
    readonly expects: string;
};
export type Change = (AppChange | ObjectChange | UserChange | Deletion) & {
    readonly audit?: Omit<AuditEntry, 'at'>;
};
export type SavePlan = {
    readonly at: number;
    readonly changes: readonly Change[];
};
export type SaveRefusal = 'stale' | 'name-taken' | 'key-taken';
export type SaveOutcome = {
    readonly kind: 'saved';
    readonly version: number;
    readonly ended: readonly string[];
}
/** Nothing was written. */
 | {
    readonly kind: 'refused';
    readonly why: SaveRefusal;
    readonly name: string;
};
export declare function save({ at, changes }: SavePlan): Program<SaveOutcome>;
export {};
