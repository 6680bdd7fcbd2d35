/** When a connection has to be exchanged: before its access token ends, and before its refresh token has rested for too long. */
import { type Duration, type Instant } from '../../values/time.ts';
/** Salesforce sends no `expires_in`. Until the session timeout of the org is known, this is taken for it: its own default. */
export declare const usualSession: Duration;
/** SF-205. */
export declare const idleLimit: Duration;
/** Until when an access token is taken to serve. `session` is what was learned: from `expires_in`, from introspection, or from a 401 that came early. */
export declare const servesUntil: (issuedAt: Instant, session: Duration | undefined) => Instant;
/** From then on an access token is exchanged before it is handed out: a tenth of its time before its end, five minutes at most. */
export declare function freshUntil(issuedAt: Instant, session: Duration | undefined): Instant;
/** What a 401 that came at `now` tells of the session: it does not last longer than this. Under a minute it tells of something else. */
export declare function learnedSession(issuedAt: Instant, now: Instant): Duration | undefined;
export type Heartbeat = {
    /** After the last exchange, e.g. 25 days of 30 (SF-208). */
    readonly every: Duration;
    /** Connections are spread over this long before it. */
    readonly spread: Duration;
    /** No heartbeat begins in these, unless the idle limit comes first. */
    readonly blackouts: readonly {
        readonly from: Instant;
        readonly until: Instant;
    }[];
};
/** `lot` is 0 to 1, and always the same for the same connection, so that a thousand that were authorized together do not meet again. */
export declare function heartbeatAt(lastExchangeAt: Instant, lot: number, { every, spread, blackouts }: Heartbeat): Instant;
