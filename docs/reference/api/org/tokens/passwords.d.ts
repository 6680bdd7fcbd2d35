import type { RandomBytes } from '../../values/domain.ts';
import type { Secret } from '../../values/secret.ts';
export type PasswordCost = {
    readonly costLog2: number;
    readonly blockSize: number;
    readonly parallelism: number;
};
export type Passwords = {
    /** Self-describing: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, so that hashes of other costs go on being verified. */
    readonly hash: (password: Secret) => Promise<string>;
    /** `stored` is undefined for an unknown user and null for one without a password: the same work is done, and the answer is `wrong`.
     *  `busy`: too many are waiting already; nothing was compared. */
    readonly verify: (sent: string, stored: string | null | undefined) => Promise<'right' | 'wrong' | 'busy'>;
};
export declare function openPasswords(cost: PasswordCost, random: RandomBytes): Passwords;
