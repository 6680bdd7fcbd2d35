/** Authorization codes: issued once by a consent, exchanged once for a grant. */
import { type Program } from '../../storage/program.ts';
import { type HistoryEntry } from './history.ts';
/** A code with its user. `hash` is SHA-256 of the code, hexadecimal. */
export type CodeRow = {
    readonly hash: string;
    readonly app: string;
    readonly userId: string;
    readonly username: string;
    readonly userIsActive: number;
    readonly redirectUri: string;
    readonly scopes: string;
    readonly challenge: string | null;
    readonly challengeMethod: string | null;
    readonly nonce: string | null;
    readonly issuedAt: number;
    readonly authenticatedAt: number;
    readonly usedAt: number | null;
    readonly grantId: string | null;
};
export declare function findCode(hash: string): Program<CodeRow | undefined>;
export type NewCode = Omit<CodeRow, 'username' | 'userIsActive' | 'usedAt' | 'grantId'>;
export declare function issueCode({ code, history }: {
    code: NewCode;
    history: HistoryEntry;
}): Program<void>;
export type NewGrant = {
    readonly id: string;
    readonly app: string;
    readonly userId: string;
    readonly flow: string;
    readonly scopes: string;
    readonly tokenHash: string | null;
    readonly keyId: number;
    readonly epoch: number;
    readonly at: number;
    readonly address: string;
};
export type ExchangePlan = {
    readonly codeHash: string;
    readonly settingsVersion: number;
    readonly grant: NewGrant;
    /** How many live approvals of this user for this app remain, the new one included (SF-209). */
    readonly approvalsKept: number;
    /** Why those beyond are ended. */
    readonly droppedBecause: 'approval-dropped' | 'reauthorized';
    readonly won: HistoryEntry;
    /** What the record says instead where another exchange came first. */
    readonly lost: Pick<HistoryEntry, 'status' | 'decision' | 'trace'>;
};
export type ExchangeOutcome = {
    readonly kind: 'won';
    readonly dropped: readonly string[];
}
/** Another exchange of the code came first, since this one's decision: not judged a reuse by this request (P-01). */
 | {
    readonly kind: 'overtaken';
} | {
    readonly kind: 'settings-changed';
};
export declare function exchange(plan: ExchangePlan): Program<ExchangeOutcome>;
export declare function insertGrant(grant: NewGrant): Program<void>;
/** A code that comes back after it was used: what it had issued is revoked (SF-85). */
export declare function revokeCodeIssue(plan: {
    grant: string | null;
    at: number;
    history: HistoryEntry;
}): Program<void>;
