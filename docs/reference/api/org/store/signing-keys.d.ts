/** Signing keys at rest. */
import { type Program } from '../../storage/program.ts';
import type { StoredSigningKey } from '../tokens/signing-keys.ts';
export declare function findSigningKeys(): Program<StoredSigningKey[]>;
/** Stores the first key; where one is there already, that one stays. */
export declare function addFirstSigningKey(key: StoredSigningKey): Program<StoredSigningKey[]>;
