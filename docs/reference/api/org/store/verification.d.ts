/** Verification codes of logins from unknown browsers: one a user, few tries, a short life (SF-315). */
import { type Program } from '../../storage/program.ts';
import { type HistoryEntry } from './history.ts';
import { type NewSession } from './sessions.ts';
export type VerificationRow = {
    readonly hash: string;
    /** Opens with the org's keyring at `verificationPlace(userId)`; this is how an admin reads the code out to a person. */
    readonly sealedCode: Uint8Array;
    readonly issuedAt: number;
    readonly attempts: number;
};
export declare function findVerificationCode(userId: string): Program<VerificationRow | undefined>;
/** Which codes still count: issued at or after `since`, tried fewer than `most` times. */
export type CodeLimits = {
    readonly since: number;
    readonly most: number;
};
export type VerificationPlan = {
    readonly userId: string;
    readonly hash: string;
    readonly sealedCode: Uint8Array;
    readonly at: number;
    readonly limits: CodeLimits;
    /** A code that still counts stays, unless the person asked for another. */
    readonly replaceLive: boolean;
    readonly history: HistoryEntry;
};
export declare function prepareVerification(plan: VerificationPlan): Program<'made' | 'kept'>;
export type VerifyPlan = {
    readonly userId: string;
    /** Of the code that was entered, under the org's keyring. */
    readonly hash: string;
    readonly limits: CodeLimits;
    readonly session: NewSession;
    /** Hash of the cookie by which this browser will be known. */
    readonly device: string;
    readonly won: HistoryEntry;
    readonly lost: HistoryEntry;
};
/** Right: the code is used up, the browser is known and logged in, all at once. Wrong: one try less. */
export declare function verifyLogin(plan: VerifyPlan): Program<'right' | 'wrong'>;
