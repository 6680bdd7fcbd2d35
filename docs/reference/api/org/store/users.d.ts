/** Users at rest. A username is unique without regard to case: it is stored in lower case, as Salesforce does. */
import { type Program } from '../../storage/program.ts';
export type UserRow = {
    /** 18 characters, starts 005. */
    readonly id: string;
    readonly username: string;
    /** JSON of the metadata fields, without the password. */
    readonly content: string;
    readonly applied: string | null;
    /** Self-describing scrypt; null: nobody can log in with a password, but in lazy mode (`passwords.ts`). */
    readonly passwordHash: string | null;
    readonly isActive: number;
    readonly createdAt: number;
    readonly changedAt: number;
};
export declare const canonicalUsername: (username: string) => string;
export declare function findUser(username: string): Program<UserRow | undefined>;
export declare function findUserById(id: string): Program<UserRow | undefined>;
/** Ordered by username; `above` is the last one of the page before. */
export declare function findUsers({ above, limit }: {
    above?: string | undefined;
    limit: number;
}): Program<UserRow[]>;
/** Names only: an org has few users that its file named, and may have very many others. */
export declare function findUsernamesFromFile(): Program<string[]>;
/** The hash of a password that was hashed at its first use; an older one that is there stays. */
export declare function keepFirstPasswordHash({ userId, hash }: {
    userId: string;
    hash: string;
}): Program<boolean>;
/** `verification.ts` issues and checks them. */
export declare function forgetVerificationCode({ userId }: {
    userId: string;
}): Program<boolean>;
