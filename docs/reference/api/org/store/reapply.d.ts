/** Ending again what the log of revocations knows as ended and a restored store does not (P-08). */
import { type Program } from '../../storage/program.ts';
import { type AlertEntry } from './alerts.ts';
/** Which of these grants the store has alive. */
export declare function findLiveAmong(ids: readonly string[]): Program<readonly string[]>;
export type ReapplyPlan = {
    readonly ends: readonly {
        readonly grant: string;
        readonly reason: string;
        readonly at: number;
    }[];
    readonly alert: AlertEntry;
};
export declare function reapplyRevocations({ ends, alert }: ReapplyPlan): Program<void>;
