/** A login whose password was right and whose browser is not known yet; it travels sealed in the address of the verification page. */
import type { OrgParts } from '../../parts.ts'
import { verification } from '../../rules/login.ts'
import { seal, unseal } from '../../tokens/seal.ts'
import { sha256Hex } from '../../tokens/mac.ts'

export type PendingLogin = {
  readonly userId: string
  readonly startUrl: string
  readonly remember: boolean
}

const place = 'pending login'

/** `bound` is the browser's form cookie: the address alone is of no use in another browser. */
export function sealPendingLogin(
  login: PendingLogin,
  bound: string,
  parts: Pick<OrgParts, 'keyring' | 'random' | 'clock'>,
): string {
  const text = JSON.stringify([parts.clock(), sha256Hex(bound), login])
  return Buffer.from(seal(text, place, parts)).toString('base64url')
}

/** Undefined for what this org did not seal, for another browser's, and for what is older than a code may be. */
export function openPendingLogin(
  source: string | undefined,
  bound: string | undefined,
  { keyring, clock }: Pick<OrgParts, 'keyring' | 'clock'>,
): PendingLogin | undefined {
  const text = source && unseal(Buffer.from(source, 'base64url'), place, keyring)
  if (!text || bound === undefined) return undefined
  // sealed by ourselves just above, so its form is known
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const [at, boundHash, login] = JSON.parse(text) as [number, string, PendingLogin]
  return boundHash === sha256Hex(bound) && clock() - at <= verification.life ? login : undefined
}
