/** Rows of access tokens: only for one that slid or was revoked alone, and gone at its end (P-10). The grant's row is never written here. */
import { type Program } from '../../storage/program.ts';
import { type HistoryEntry } from './history.ts';
export type SlidePlan = {
    readonly grant: string;
    readonly sequence: number;
    readonly endsAt: number;
};
/** Never shortens a life, and revives nothing that was revoked meanwhile. */
export declare function slideAccessToken({ grant, sequence, endsAt }: SlidePlan): Program<void>;
export type RevokeAccessTokenPlan = {
    readonly grant: string;
    readonly sequence: number;
    /** Until when the row is kept: the token must be dead by itself then, whatever the timeout is changed to. */
    readonly endsAt: number;
    readonly revoked: HistoryEntry;
    /** Written instead where another revocation came first. */
    readonly refused: HistoryEntry;
};
/** True where the token was not revoked before. Revokes that token and no other (SF-114). */
export declare function revokeAccessToken(plan: RevokeAccessTokenPlan): Program<boolean>;
