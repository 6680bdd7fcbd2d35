/** Browser logins and known browsers. Only hashes of the cookies lie in the store. */
import { type Program } from '../../storage/program.ts';
import { type HistoryEntry } from './history.ts';
/** A browser login with its user. `hash` is SHA-256 of the cookie, hexadecimal. */
export type SessionRow = {
    readonly hash: string;
    readonly userId: string;
    readonly username: string;
    readonly userIsActive: number;
    /** The user object as JSON. */
    readonly userContent: string;
    readonly authenticatedAt: number;
    readonly lastSeenAt: number;
    readonly endsAt: number;
};
/** Ended ones too, until they are pruned: the caller compares `endsAt` with its clock. */
export declare function findSession(hash: string): Program<SessionRow | undefined>;
/** Every set of scopes that this user approved for this app and nobody withdrew, each set space separated. */
export declare function findApprovedScopes(userId: string, app: string): Program<string[]>;
/** Whether this browser has proved itself for this user, since that instant. */
export declare function deviceIsKnown(hash: string, userId: string, since: number): Program<boolean>;
export type NewSession = {
    readonly hash: string;
    readonly userId: string;
    readonly at: number;
    readonly endsAt: number;
    /** The login that this browser had before: it ends, so that a planted cookie is worth nothing. */
    readonly replaces: string | null;
    /** The hash of a known device's cookie, seen again. */
    readonly seenDevice: string | null;
};
export declare function startSession({ session, history }: {
    session: NewSession;
    history: HistoryEntry;
}): Program<void>;
export declare function insertSession(session: NewSession): Program<void>;
/** Moves the end of a live login; one that has ended meanwhile stays ended. */
export declare function extendSession({ hash, at, endsAt }: {
    hash: string;
    at: number;
    endsAt: number;
}): Program<void>;
export declare function endSession(hash: string): Program<void>;
/** A browser that was not used for so long has to prove itself again; a year in milliseconds. */
export declare const deviceMemory: number;
/** Forgets devices and verification codes that are of no use any more; says how many. */
export declare function pruneDevices({ now, most }: {
    readonly now: number;
    readonly most: number;
}): Program<number>;
