/** The setup audit trail: who changed what, with before and after (SF-146). No secret is ever in it. */
import { type Program } from '../../storage/program.ts';
export type AuditEntry = {
    readonly id: number;
    readonly at: number;
    /** `admin API`, `org file`, … */
    readonly actor: string;
    /** `create`, `update`, `delete`, `rotateConsumerSecret`, `revoke`, … */
    readonly action: string;
    /** `externalClientApp Nightly_Sync`. */
    readonly object: string;
    /** JSON, or null where there was nothing. */
    readonly before: string | null;
    readonly after: string | null;
};
export declare function recordAudit(entry: AuditEntry): Program<void>;
export type AuditQuery = {
    readonly since?: number | undefined;
    readonly object?: string | undefined;
    readonly below?: number | undefined;
    readonly limit: number;
};
/** Newest first. */
export declare function findAudit({ since, object, below, limit }: AuditQuery): Program<AuditEntry[]>;
