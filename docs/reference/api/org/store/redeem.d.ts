/** Spending a refresh token: one transaction with compare-and-set on the grant's sequence and the app's settings version. */
import { type Program } from '../../storage/program.ts';
import { type AlertEntry } from './alerts.ts';
import { type HistoryEntry } from './history.ts';
/** Everything that one redemption changes, decided beforehand. The row's `sequence` and `generation` are what the decision saw. */
export type RedeemPlan = {
    readonly grant: string;
    readonly app: string;
    readonly expects: {
        readonly sequence: number;
        readonly generation: number;
        readonly settingsVersion: number;
    };
    readonly sets: {
        readonly sequence: number;
        readonly generation: number;
        readonly tokenHash: string;
        /** Kept where the parent stays open (P-12); null erases both, as first use, a mode change and a revocation do. */
        readonly parentOpenSince: number | null;
        readonly sealedSuccessor: Uint8Array | null;
        readonly oldestKey: number;
        readonly epoch: number;
        readonly lastUsedAt: number;
        readonly addresses: string;
    };
    readonly won: HistoryEntry;
    readonly alerts: readonly AlertEntry[];
    /** What the record says instead where another redemption came first (P-01). */
    readonly lost: Pick<HistoryEntry, 'status' | 'decision' | 'trace'>;
};
export type RedeemOutcome = {
    readonly kind: 'won';
}
/** Another redemption or a revocation changed the grant since the decision: in flight, never a replay (P-01). */
 | {
    readonly kind: 'overtaken';
    readonly ended: string | null;
}
/** Nothing but the settings changed: decide again, once (P-01). Nothing was written. */
 | {
    readonly kind: 'settings-changed';
};
export declare function redeem(plan: RedeemPlan): Program<RedeemOutcome>;
