/** When a connection has to be exchanged: before its access token ends, and before its refresh token has rested for too long. */
import { type Duration, type Instant } from '../../values/time.ts';
import { type Blackout } from './blackouts.ts';
/** SF-205. */
export declare const idleLimit: Duration;
/** Until when an access token is taken to serve. `session` is what was learned: from `expires_in`, from introspection, or from a 401 that came early. */
export declare const servesUntil: (issuedAt: Instant, session: Duration | undefined) => Instant;
/** From then on an access token is exchanged before it is handed out: a tenth of its time before its end, five minutes at most. */
export declare const freshUntil: (issuedAt: Instant, session: Duration | undefined) => Instant;
/** Whoever asks for it in the second half of its time is taken to ask again. */
export declare const inUseFrom: (issuedAt: Instant, session: Duration | undefined) => Instant;
/** When one that is in use is exchanged, so that nobody who asks has to wait for it: a little before it ceases to be fresh. */
export declare const aheadAt: (issuedAt: Instant, session: Duration | undefined, lot: number) => Instant;
export type Heartbeat = {
    /** After the last exchange, e.g. 25 days of 30 (SF-208). */
    readonly every: Duration;
    /** Connections are spread over this long before it. */
    readonly spread: Duration;
    /** No heartbeat begins in these, unless the idle limit comes first. */
    readonly blackouts: readonly Blackout[];
};
/** A sentence, where the refresh token could rest for too long. */
export declare function faultOfHeartbeat({ every, spread }: Pick<Heartbeat, 'every' | 'spread'>): string | undefined;
/** `lot` is 0 to 1, and always the same for the same connection, so that a thousand that were authorized together do not meet again. */
export declare function heartbeatAt(lastExchangeAt: Instant, lot: number, { every, spread, blackouts }: Heartbeat): Instant;
/** What is known of a connection whose time has come. */
export type DueNow = {
    readonly isAlive: boolean;
    /** Its adoption, where there was no exchange yet. */
    readonly restsSince: Instant;
    /** Of its access token; undefined where there is none. */
    readonly servesUntil: Instant | undefined;
    readonly lot: number;
};
export type DuePlan = {
    readonly kind: 'exchange';
} | {
    readonly kind: 'put-off';
    readonly until: Instant;
};
/** After a standstill or a jump of the clock much is due that need not be exchanged at once (L-56): an access token that has ended while nobody asked is
 *  exchanged when somebody asks, and a heartbeat waits for the end of a blackout. */
export declare function planDue({ isAlive, restsSince, servesUntil: end, lot }: DueNow, now: Instant, of: Heartbeat): DuePlan;
