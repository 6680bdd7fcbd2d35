import type { Secret } from '../../values/secret.ts';
import type { Passwords } from './passwords.ts';
export type LazyPasswords = {
    /** To be hashed when the user first logs in. Usernames in lower case. */
    readonly remember: (username: string, password: Secret) => void;
    /** As `Passwords.verify`; where a remembered password was right, `hash` is what to store from now on. */
    readonly verify: (username: string, sent: string, stored: string | null | undefined) => Promise<{
        readonly verdict: 'right' | 'wrong' | 'busy';
        readonly hash?: string;
    }>;
};
export declare function openLazyPasswords(passwords: Passwords): LazyPasswords;
