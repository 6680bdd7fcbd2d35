/** The keys of one org: they prove tokens (tag keys) and seal what lies in the store (seal keys), and they live beside the store, never in it (P-09). */
import { type Result } from '../../values/result.ts';
import type { RandomBytes } from '../../values/domain.ts';
import { type Mac } from './mac.ts';
/** `compromised`: still lets the current hash redeem, proves no replay (P-09). `retired`: verifies, mints nothing. */
export type KeyState = 'active' | 'retired' | 'compromised';
export type TagKey = {
    readonly id: number;
    readonly state: KeyState;
    readonly mac: Mac;
};
export type SealKey = {
    readonly id: number;
    readonly bytes: Uint8Array;
};
export type Keyring = {
    readonly activeTagKey: TagKey;
    readonly tagKey: (id: number) => TagKey | undefined;
    readonly activeSealKey: SealKey;
    readonly sealKey: (id: number) => SealKey | undefined;
};
/** The file's form: `{ "tagKeys": [{ "id": 1, "state": "active", "key": "<base64url of 32 bytes>" }], "sealKeys": [...] }`. */
export type KeyringDocument = {
    readonly tagKeys: readonly KeyEntry[];
    readonly sealKeys: readonly KeyEntry[];
};
export type KeyEntry = {
    readonly id: number;
    readonly state: KeyState;
    readonly key: string;
};
export declare function newKeyringDocument(random: RandomBytes): KeyringDocument;
/** Adds a fresh active tag key and retires the one before it; older ones stay, since families may still need them (P-09). */
export declare function withNewTagKey(document: KeyringDocument, random: RandomBytes): KeyringDocument;
/** The document is what JSON held, so nothing in it is taken for granted: a misspelled `compromised` would go on proving replays (P-09).
 *  The fault is a sentence without key material. */
export declare function openKeyring(document: KeyringDocument | null): Result<Keyring, string>;
