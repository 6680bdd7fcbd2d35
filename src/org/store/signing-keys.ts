/** Signing keys at rest. */
import { all, one, run, type Program } from '../../storage/program.ts'
import type { StoredSigningKey } from '../tokens/signing-keys.ts'

const select = `SELECT kid, public_jwk AS "publicJwk", sealed_private AS "sealedPrivate", created_at AS "createdAt"
  FROM signing_keys WHERE retired_at IS NULL ORDER BY created_at DESC, kid`

export function* findSigningKeys(): Program<StoredSigningKey[]> {
  return yield* all<StoredSigningKey>(select)
}

/** Stores the first key; where one is there already, that one stays. */
export function* addFirstSigningKey(key: StoredSigningKey): Program<StoredSigningKey[]> {
  if ((yield* one('SELECT kid FROM signing_keys LIMIT 1')) === undefined) {
    yield* run(
      'INSERT INTO signing_keys (kid, public_jwk, sealed_private, created_at) VALUES (?, ?, ?, ?)',
      key.kid,
      key.publicJwk,
      key.sealedPrivate,
      key.createdAt,
    )
  }
  return yield* all<StoredSigningKey>(select)
}
