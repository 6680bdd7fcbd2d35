/** Consumer keys and secrets: made here, sealed in the store (SF-04, SF-05). */
import type { RandomBytes } from '../../values/domain.ts'
import { secret, type Secret } from '../../values/secret.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal } from './seal.ts'

/** 85 characters, as Salesforce's have; the prefix is for log scrubbers (SF-05). */
export function mintConsumerKey(random: RandomBytes): string {
  return `3MVG9${Buffer.from(random(60)).toString('base64url').replaceAll('-', '.')}`
}

/** 64 hexadecimal digits. */
export const mintConsumerSecret = (random: RandomBytes): Secret =>
  secret(Buffer.from(random(32)).toString('hex').toUpperCase())

const place = (app: string): string => `consumer secret ${app}`

export function sealConsumerSecret(
  text: Secret,
  app: string,
  parts: { readonly keyring: Keyring; readonly random: RandomBytes },
): Uint8Array {
  return seal(text.expose(), place(app), parts)
}

/** Undefined where the keyring lacks the key, or the bytes are another app's. */
export function unsealConsumerSecret(sealed: Uint8Array, app: string, keyring: Keyring): Secret | undefined {
  const text = unseal(sealed, place(app), keyring)
  return text === undefined ? undefined : secret(text)
}
