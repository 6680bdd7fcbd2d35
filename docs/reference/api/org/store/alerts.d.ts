/** Alerts of IP monitoring: for people, they block nothing (SF-239). */
import { type Program } from '../../storage/program.ts';
export type AlertKind = 'new-address' | 'replay' | 'refused-burst' | 'store-went-back' | 'heartbeat-late' | 'approval-dropped';
export type AlertEntry = {
    /** That of the record that it belongs to. */
    readonly id: number;
    readonly at: number;
    readonly kind: AlertKind;
    readonly app: string | null;
    readonly grantId: string | null;
    readonly address: string | null;
    /** One sentence for a person, no secret in it. */
    readonly detail: string;
};
export declare function recordAlert(entry: AlertEntry): Program<void>;
/** Newest first, at most `limit`. */
export declare function findAlerts({ app, since, limit, }: {
    app?: string;
    since?: number;
    limit: number;
}): Program<AlertEntry[]>;
