/** What became of one exchange of a refresh token: decided from what was said and how far the request got, and from nothing else. A text that
 *  nobody knows is never guessed at. */
import { type Tokens } from './token-reply.ts';
export type Outcome = 
/** Another refresh token came; the one that was sent is spent. */
{
    readonly kind: 'rotated';
    readonly tokens: Tokens;
    readonly refreshToken: string;
}
/** An access token without another refresh token: rotation is off, and the one that was sent stays (SF-45). */
 | {
    readonly kind: 'unchanged';
    readonly tokens: Tokens;
}
/** Nothing of the request reached anybody: safe to try again (P-24). */
 | {
    readonly kind: 'not-sent';
    readonly why: string;
}
/** Somebody else's exchange of this token is under way, perhaps an attempt of our own that was given up for lost (P-23). */
 | {
    readonly kind: 'in-flight';
}
/** The address that it came from is not admitted: a fault of the configuration, the token is kept (SF-308). */
 | {
    readonly kind: 'ip-refused';
    readonly by: 'allowlist' | 'org-or-profile';
}
/** Revoked, expired, idle for too long, spent, or pushed out by a sixth approval: the answer does not tell which (SF-49, SF-189). */
 | {
    readonly kind: 'ended';
}
/** The app, the org or the user, not the token: to be mended there, the token is kept (SF-312). */
 | {
    readonly kind: 'refused';
    readonly of: 'app' | 'org' | 'user';
    readonly error: string;
    readonly description: string;
}
/** Said to be too much; nothing was spent (SF-312). */
 | {
    readonly kind: 'server-trouble';
    readonly why: string;
}
/** It was sent, and there is no usable answer: it may be spent (P-24). */
 | {
    readonly kind: 'in-doubt';
    readonly why: string;
}
/** A whole answer in words that nobody knows. Treated as in doubt, and shown as it came. */
 | {
    readonly kind: 'inconclusive';
    readonly status: number;
    readonly error: string;
    readonly description: string;
};
/** How far the request got. `body` is what came of the reply's body, `whole` whether that was all of it. */
export type Exchanged = {
    readonly got: 'no-connection' | 'nothing-written';
    readonly why: string;
} | {
    readonly got: 'no-reply';
    readonly why: string;
} | {
    readonly got: 'reply';
    readonly status: number;
    readonly body: string;
    readonly whole: boolean;
};
export declare function outcomeOf(exchanged: Exchanged): Outcome;
