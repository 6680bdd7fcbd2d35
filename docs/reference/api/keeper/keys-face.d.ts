/** What the keeper offers for the care of its keys. */
import type { Instant } from '../values/time.ts';
export type KeyView = {
    /** A name made of the key, which tells nothing about it. */
    readonly id: string;
    /** What is wrapped from now on is wrapped under it. */
    readonly current: boolean;
    /** Data keys of connections and apps, over all tenants. */
    readonly wraps: number;
    /** False: something is wrapped under it, and the keyring does not have it. */
    readonly here: boolean;
    readonly madeAt: Instant | undefined;
    readonly retiredAt: Instant | undefined;
};
export type RewrapWish = {
    readonly stop?: AbortSignal;
};
export type Rewrapped = {
    readonly rewrapped: number;
    /** Somebody else changed them meanwhile; what they are now lies under the current key, or is found by the next call. */
    readonly changedMeanwhile: number;
    /** These lie where they lay. */
    readonly failed: readonly {
        readonly kind: 'connection' | 'app';
        readonly tenant: string;
        readonly id: string;
        readonly means: string;
        readonly next: readonly string[];
    }[];
    /** False where `stop` came first: what is done is done, and the next call goes on from there. */
    readonly finished: boolean;
};
export type KeyCare = {
    /** The current one first. */
    readonly keys: () => Promise<readonly KeyView[]>;
    /** Adds a key to the keyring, current from now on, and wraps everything under it anew, while exchanges go on. May be killed anywhere and called again: then it
     *  goes on with what was left, `added` is undefined, and no further key is added. Rejects with a KeeperError KEY_REFUSED where the keys are kept elsewhere. */
    readonly rotateKey: (wish?: RewrapWish) => Promise<Rewrapped & {
        readonly added: string | undefined;
    }>;
    /** For a key that was made current elsewhere, in a KMS or an environment variable. */
    readonly rewrapKeys: (wish?: RewrapWish) => Promise<Rewrapped>;
    /** Takes a key out of the keyring for good. Rejects with a KeeperError KEY_REFUSED: it is the current one, something is still wrapped under it, or it was current
     *  until less than an hour ago. */
    readonly dropKey: (id: string) => Promise<void>;
};
