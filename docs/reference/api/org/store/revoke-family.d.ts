/** Revocation by whoever holds the refresh token (SF-114). */
import type { Program } from '../../storage/program.ts';
import { type HistoryEntry } from './history.ts';
export type RevokeByTokenPlan = {
    readonly grant: string;
    readonly at: number;
    readonly revoked: HistoryEntry;
    /** Written instead where the grant ended since the decision. */
    readonly refused: HistoryEntry;
};
/** True where the family was alive until now. Ends it also where a redemption rotated its token since the decision: the token was the
 *  family's when it was asked for, and nothing may be left usable (L-08). */
export declare function revokeByToken({ grant, at, revoked, refused }: RevokeByTokenPlan): Program<boolean>;
