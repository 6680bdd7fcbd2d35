/** Whose turn it is among the tenants of one login host: its budget is shared by all of them, and while several wait none has much more of it than another,
 *  however often it asks (P-28). Start-time fair queueing: each turn costs one, and whoever is ahead of one that waits gives way. */
import type { Instant } from '../../values/time.ts';
export type Standing = {
    /** Of the host: where the turn stood that it gave last. */
    readonly served: number;
    /** Of the tenant: where it stands; undefined where it has not waited lately. */
    readonly own: number | undefined;
    /** Exchanges of the tenant with the host that are under way. */
    readonly flying: number;
    /** Other tenants that were told to come again and have not had their turn. */
    readonly others: {
        readonly count: number;
        readonly least: number;
    };
};
/** Nobody else is there. */
export declare const alone: Standing;
/** Whoever waited is as far behind as he was; whoever did not has saved nothing up. */
export declare const placeOf: ({ own, served }: Standing) => number;
/** It has its part under way: what it waits for is its own. */
export declare const hasItsPart: (standing: Standing, atOnce: number) => boolean;
/** Others have waited for as long as this one had its part and more. */
export declare const isAhead: (standing: Standing, atOnce: number) => boolean;
/** Others have had their part while it waited: then it is asked for, whoever asks. */
export declare const isBehind: (standing: Standing, atOnce: number) => boolean;
export declare const waitsUntil: (now: Instant, until: Instant) => number;
/** What lies further ahead was written before the clock was set back (L-56). */
export declare const furthestWait: number;
