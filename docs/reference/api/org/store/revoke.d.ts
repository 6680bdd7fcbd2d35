/** Revocation by an admin: by grant, by user, by app, or by user and app, in one transaction. */
import { type Program } from '../../storage/program.ts';
import { type AuditEntry } from './audit.ts';
export type RevokePlan = {
    /** All that are given must hold; at least one is. */
    readonly grant: string | null;
    readonly userId: string | null;
    readonly app: string | null;
    readonly at: number;
    readonly reason: string;
    readonly audit?: AuditEntry;
};
/** The grants that were alive until now. Access tokens die with them. */
export declare function revokeGrants({ grant, userId, app, at, reason, audit }: RevokePlan): Program<readonly string[]>;
