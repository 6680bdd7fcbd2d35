/** The RSA key that signs id_tokens: made on first use, sealed in the store, published at `/id/keys`. */
import { type JWK, type JWTPayload } from 'jose';
import type { RandomBytes } from '../../values/domain.ts';
import type { Instant } from '../../values/time.ts';
import type { Keyring } from './keyring.ts';
/** A key as the store keeps it; the private half is sealed under the org's keyring. */
export type StoredSigningKey = {
    readonly kid: string;
    readonly publicJwk: string;
    readonly sealedPrivate: Uint8Array;
    readonly createdAt: number;
};
export type SigningKeys = {
    /** A JWS, RS256, signed with the newest key. */
    readonly sign: (claims: JWTPayload) => Promise<string>;
    /** The public keys, newest first; makes the first key where there is none, so that the document is never empty. */
    readonly publicKeys: () => Promise<readonly JWK[]>;
};
export type SigningKeyStore = {
    readonly find: () => Promise<readonly StoredSigningKey[]>;
    /** Stores the key unless another process has stored one first; returns what is stored then. */
    readonly addFirst: (key: StoredSigningKey) => Promise<readonly StoredSigningKey[]>;
};
export declare function openSigningKeys(parts: {
    readonly store: SigningKeyStore;
    readonly keyring: Keyring;
    readonly random: RandomBytes;
    readonly clock: () => Instant;
}): SigningKeys;
