/** The RSA key that signs id_tokens: made on first use, sealed in the store, published at `/id/keys`. The library is loaded on first use as well. */
import type { importJWK, JWK, JWTPayload } from 'jose'
import type { RandomBytes } from '../../values/domain.ts'
import { parseOwnJson } from '../../values/own-json.ts'
import type { Instant } from '../../values/time.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

/** A key as the store keeps it; the private half is sealed under the org's keyring. */
export type StoredSigningKey = {
  readonly kid: string
  readonly publicJwk: string
  readonly sealedPrivate: Uint8Array
  readonly createdAt: number
}

export type SigningKeys = {
  /** A JWS, RS256, signed with the newest key. */
  readonly sign: (claims: JWTPayload) => Promise<string>
  /** The public keys, newest first; makes the first key where there is none, so that the document is never empty. */
  readonly publicKeys: () => Promise<readonly JWK[]>
}

export type SigningKeyStore = {
  readonly find: () => Promise<readonly StoredSigningKey[]>
  /** Stores the key unless another process has stored one first; returns what is stored then. */
  readonly addFirst: (key: StoredSigningKey) => Promise<readonly StoredSigningKey[]>
}

export function openSigningKeys(parts: {
  readonly store: SigningKeyStore
  readonly keyring: Keyring
  readonly random: RandomBytes
  readonly clock: () => Instant
}): SigningKeys {
  let loading: Promise<readonly StoredSigningKey[]> | undefined
  const load = async (): Promise<readonly StoredSigningKey[]> => {
    loading ??= loadOrMake(parts).catch((cause: unknown) => {
      loading = undefined // a store that was away for a moment must not leave the org without a key for good
      throw cause
    })
    return await loading
  }
  let signer: Promise<{ kid: string; key: Awaited<ReturnType<typeof importJWK>> }> | undefined
  const openSigner = async (): Promise<{ kid: string; key: Awaited<ReturnType<typeof importJWK>> }> => {
    const [newest] = await load()
    if (newest === undefined) throw new Error('the org has no signing key')
    const opened = unseal(newest.sealedPrivate, place(newest.kid), parts.keyring)
    if (opened === undefined) throw new Error(`signing key ${newest.kid} does not open with this keyring`)
    const { importJWK } = await import('jose')
    return { kid: newest.kid, key: await importJWK(parseOwnJson<JWK>(opened), 'RS256') }
  }
  return {
    async sign(claims) {
      signer ??= openSigner().catch((cause: unknown) => {
        signer = undefined // as above: the next one asks again
        throw cause
      })
      const { kid, key } = await signer
      const { SignJWT } = await import('jose')
      return await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(key)
    },
    async publicKeys() {
      const keys = await load()
      return keys.map(({ publicJwk }) => parseOwnJson<JWK>(publicJwk))
    },
  }
}

const place = (kid: string): string => `signing key ${kid}`

async function loadOrMake({
  store,
  keyring,
  random,
  clock,
}: Parameters<typeof openSigningKeys>[0]): Promise<readonly StoredSigningKey[]> {
  const stored = await store.find()
  if (stored.length > 0) return stored
  const { exportJWK, generateKeyPair } = await import('jose')
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
  const kid = Buffer.from(random(12)).toString('base64url')
  const publicJwk = JSON.stringify({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' })
  const privateJwk = JSON.stringify(await exportJWK(privateKey))
  const sealedPrivate = seal(privateJwk, place(kid), { keyring, random })
  return await store.addFirst({ kid, publicJwk, sealedPrivate, createdAt: clock() })
}
