/** What a refusal leaves behind: a record, a count, and where the refusal is final the end of the grant. Never a changed token. */
import { type Program } from '../../storage/program.ts';
import { type AlertEntry } from './alerts.ts';
import { type HistoryEntry } from './history.ts';
export type RefusePlan = {
    readonly history: HistoryEntry;
    readonly alert?: AlertEntry | undefined;
    /** A final refusal ends the grant, if it is still what the decision saw (SF-182). */
    readonly ends?: {
        readonly grant: string;
        readonly reason: string;
        readonly at: number;
        readonly sequence: number;
    } | undefined;
};
export declare function refuse({ history, alert, ends }: RefusePlan): Program<void>;
/** Ends a family because a spent token came back (SF-188). Commits although the request itself fails (SF-194). */
export type RevokeFamilyPlan = {
    readonly grant: string;
    readonly at: number;
    readonly reason: string;
    readonly history: HistoryEntry;
    readonly alert: AlertEntry;
};
/** True where the family was alive until now; a second replay only adds to the record. */
export declare function revokeFamily(plan: RevokeFamilyPlan): Program<boolean>;
/** The refresh token and every access token of the family are dead with the return of the commit. */
export declare function endGrant({ grant, reason, at }: {
    grant: string;
    reason: string;
    at: number;
}): Program<boolean>;
