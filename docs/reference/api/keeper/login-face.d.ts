/** What a login is begun with, and what a link to one is. */
import type { Secret } from '../values/secret.ts';
import type { Instant } from '../values/time.ts';
export type ConnectWish = {
    /** `default` where it is left out. */
    readonly tenant?: string | undefined;
    /** Of the connection that is to come to be; where it is there, its family is replaced and the old one revoked (L-57). */
    readonly id: string;
    /** The app's own where it is left out; character for character one that the app has in Setup (SF-83). */
    readonly redirectUri?: string | undefined;
    /** Space separated, refresh_token among them; the app's own where they are left out, else all that it has in Setup. */
    readonly scopes?: string | undefined;
    readonly loginHint?: string | undefined;
    /** `login`, `consent`, `select_account`, space separated. */
    readonly prompt?: string | undefined;
    /** `loopback`: this keeper listens on the redirect URI, which is http on a loopback host; the default for such a one. `web`: somebody else takes the callback
     *  and hands it to `takeCallback`, of this keeper or of another one over the same vault. */
    readonly callback?: 'loopback' | 'web' | undefined;
    /** Another user, or another org, may log in to a connection that has one; refused otherwise. */
    readonly allowOtherUser?: boolean | undefined;
    /** It has to end where it was begun: `startLogin` gives the login page to the browser that comes first, and nobody else (RFC 9700 section 4.7). */
    readonly inOneBrowser?: boolean | undefined;
};
export type LinkTicket = {
    /** 256 bits, of which the vault has a hash: whoever has it may log in to this connection, once. */
    readonly ticket: Secret;
    readonly expiresAt: Instant;
};
