/** Whose turn it is at a login host: so many exchanges at a time and a minute, over all processes, fairly among tenants; and of a host that is down one probe
 *  finds out that it is up again, not everybody. */
import { type Duration, type Instant } from '../../values/time.ts';
import { type Standing } from './fair-turns.ts';
import type { Exchanged } from './outcome.ts';
export type HostLimits = {
    /** Exchanges under way at one time. */
    readonly atOnce: number;
    /** Never more in any minute; a fourth of them may come in one go. */
    readonly perMinute: number;
    /** Failures in a row after which it counts as down. */
    readonly downAfter: number;
};
/** As the store keeps it. */
export type HostState = {
    /** When the exchanges that were let through would have come, had they come evenly. */
    readonly turnAt: number;
    readonly failures: number;
    readonly restsUntil: number;
    /** Where the turn stood that was given last (`Standing`). */
    readonly served: number;
};
/** `asked`: somebody waits for it. `by-itself`: it leaves a fourth of the turns to those. `said`: also while the host rests, by
 *  somebody who knows that it was mended. */
export type Urgency = 'asked' | 'by-itself' | 'said';
export type Turn = {
    readonly kind: 'now';
    readonly next: HostState;
}
/** `down`: it rests after failures; `full`: a turn will come soon. */
 | {
    readonly kind: 'later';
    readonly reason: 'down' | 'full';
    readonly until: Instant;
    /** It waits for others, and not for what is under way of its own. */
    readonly waits: boolean;
};
export type AskTurn = {
    readonly now: Instant;
    /** Exchanges with the host that are under way. */
    readonly flying: number;
    readonly urgency: Urgency;
    /** Its tenant among the others. */
    readonly standing: Standing;
};
export declare const unknownHost: HostState;
export declare function decideTurn(state: HostState, { now, flying, urgency, standing }: AskTurn, limits: HostLimits): Turn;
/** `jitter`: 0 to 1. */
export declare function afterTrouble(state: HostState, now: Instant, about: {
    jitter: number;
    downAfter: number;
}): HostState;
/** What an exchange has shown of its host: that it answers, whatever it says, or that it is down. Undefined where it has shown nothing. */
export declare function showsWell(exchanged: Exchanged): boolean | undefined;
export declare const longestRest: Duration;
/** How long what is due waits for its turn: until the part of the burst that is left to others is there, then for as many turns as those may have before
 *  it is behind them. With less patience, one that asks all the time would take each turn before the next round comes. */
export declare function turnPatience(limits: HostLimits): Duration;
/** Of so many at a time: what nobody waits for leaves a fourth to those who do. */
export declare const mostByItself: (atOnce: number) => number;
