/** An app that proves itself by a private key (SF-15): a short-lived assertion, signed when it is sent (RFC 7523 section 2.2). */
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import type { Clock, RandomBytes } from '../values/domain.ts'
import { fault, ok, type Result } from '../values/result.ts'
import type { Secret } from '../values/secret.ts'
import type { AssertionMaker } from './rules/requests.ts'

/** For which an assertion is good: as long as clocks may differ by, and no longer. */
const lifeSeconds = 120

export type AssertionParts = { readonly clock: Clock; readonly random: RandomBytes }
export type AssertionOf = { readonly clientId: string; readonly loginUrl: string }

/** RS256, which is what a certificate in Setup is held against. The key was checked by `readPrivateKey`. */
export function openAssertions(key: KeyObject, of: AssertionOf, { clock, random }: AssertionParts): AssertionMaker {
  const audience = `${of.loginUrl}/services/oauth2/token`
  return {
    fingerprint: createHash('sha256')
      .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
      .digest('base64url'),
    make() {
      const now = Math.floor(clock() / 1000)
      const jti = Buffer.from(random(16)).toString('base64url')
      const claims = { iss: of.clientId, sub: of.clientId, aud: audience, iat: now, exp: now + lifeSeconds, jti }
      const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
    },
  }
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A PEM with an RSA key of 2048 bits or more. The fault is the end of a sentence, and holds nothing of the key. */
export function readPrivateKey(pem: Secret): Result<KeyObject, string> {
  const key = keyOf(pem)
  if (key === undefined)
    return fault(
      /ENCRYPTED/.test(pem.expose())
        ? 'is encrypted: give it without its passphrase, it is sealed here'
        : 'is no private key in PEM',
    )
  if (key.asymmetricKeyType !== 'rsa') return fault(`is of the kind ${key.asymmetricKeyType ?? '?'} and not RSA`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  return bits < 2048 ? fault(`has ${bits} bits, and 2048 are the least`) : ok(key)
}

function keyOf(pem: Secret): KeyObject | undefined {
  try {
    return createPrivateKey(pem.expose())
  } catch {
    return undefined // said by the caller: the words of OpenSSL help nobody, and may quote what they were given
  }
}
