/** The verification code: six digits, in the store as a keyed hash to compare and sealed for the admin to read out. */
import { before, type Instant } from '../../../values/time.ts'
import type { OrgParts } from '../../parts.ts'
import { verification } from '../../rules/login.ts'
import type { CodeLimits } from '../../store/verification.ts'
import type { Keyring } from '../../tokens/keyring.ts'
import { seal, unseal } from '../../tokens/seal.ts'

const verificationPlace = (userId: string): string => `verification code ${userId}`

export function freshCode(
  parts: Pick<OrgParts, 'random' | 'keyring'>,
  userId: string,
): { readonly hash: string; readonly sealedCode: Uint8Array } {
  const number = Buffer.from(parts.random(6)).readUIntBE(0, 6) % 1_000_000 // 48 bits: no digit is likelier than another by more than 10^-8
  const code = String(number).padStart(6, '0')
  return { hash: hashCode(parts.keyring, userId, code), sealedCode: seal(code, verificationPlace(userId), parts) }
}

/** Keyed, since six digits are soon tried out against a plain hash. */
export function hashCode(keyring: Keyring, userId: string, code: string): string {
  const message = JSON.stringify(['sallyport verification code', userId, code])
  return keyring.activeTagKey.mac(Buffer.from(message)).toString('hex')
}

/** For the admin API. Undefined where the key has gone. */
export function readVerificationCode(userId: string, sealedCode: Uint8Array, keyring: Keyring): string | undefined {
  return unseal(sealedCode, verificationPlace(userId), keyring)
}

export function codeLimits(now: Instant): CodeLimits {
  return { since: before(now, verification.life), most: verification.attempts }
}
