/** Why a connection does not refresh, as far as it can be told from here. Salesforce has one sentence for most of it (SF-49, SF-189), so each cause
 *  comes with what speaks for it, how sure that is, and what to do. */
import { type Duration, type Instant } from '../../values/time.ts';
import type { Outcome } from './outcome.ts';
export type Cause = 'blocked-address' | 'login-restriction' | 'replay' | 'idle' | 'lifetime' | 'five-approvals' | 'policy' | 'in-flight' | 'inactive-user' | 'inactive-org' | 'app' | 'unknown';
export type Explanation = {
    readonly cause: Cause;
    /** `certain`: said in words. `likely`: it fits what is on record here. `possible`: nothing speaks against it. */
    readonly confidence: 'certain' | 'likely' | 'possible';
    /** One sentence of what is known. */
    readonly evidence: string;
    /** One sentence of what to do. */
    readonly next: string;
};
/** What the keeper has on record of the connection. */
export type OnRecord = {
    readonly now: Instant;
    /** Of the address that the request left from; undefined where nobody could say. */
    readonly leftFrom: string | undefined;
    /** From which the last exchange that went well had left. */
    readonly lastGoodFrom: string | undefined;
    readonly lastExchangeAt: Instant;
    readonly authorizedAt: Instant;
    /** This very refresh token had been sent before, and nobody learned what became of it. */
    readonly sentBefore: boolean;
    /** Nobody but this keeper is said to hold tokens of the family. */
    readonly soleHolder: boolean;
    /** At least one exchange of this connection has gone well here; otherwise the token is as old as whoever brought it knows. */
    readonly exchangedHere: boolean;
    /** How often this user has been authorized for this app by this keeper, and when last; another may have come from elsewhere. */
    readonly approvals: number;
    readonly approvedSince: boolean;
    /** As configured or learned; undefined: not known. */
    readonly lifetime: Duration | undefined;
};
/** The likeliest first; at least one for every outcome that is no success. */
export declare function explain(outcome: Outcome, record: OnRecord): readonly Explanation[];
