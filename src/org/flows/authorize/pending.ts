/** A pending authorization travels in addresses, sealed: the server remembers nothing of visitors who are not logged in. */
import { instant, minutes, type Instant } from '../../../values/time.ts'
import type { OrgParts } from '../../parts.ts'
import { authorizeNames } from '../../rules/authorize-parameters.ts'
import type { Found } from '../../rules/next-step.ts'
import { seal, unseal } from '../../tokens/seal.ts'

/** What the client sent, to be judged again at each step under the settings then in force, and the login that was found at its start. */
export type Pending = { readonly form: ReadonlyMap<string, string>; readonly found: Found }

const place = 'pending authorization'
/** Time for a person to look up a password; afterwards the app has to start again. */
const life = minutes(30)

/** Base64url; fit for an address as it is. */
export function sealPending({ form, found }: Pending, parts: Pick<OrgParts, 'keyring' | 'random'>): string {
  const named = authorizeNames.flatMap((name) => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value]]
  })
  const text = JSON.stringify([found.at, found.session ?? null, named])
  return Buffer.from(seal(text, place, parts)).toString('base64url')
}

/** Undefined for what this org did not seal, and for what is too old. */
export function openPending(
  source: string | undefined,
  { keyring, clock }: Pick<OrgParts, 'keyring' | 'clock'>,
): Pending | undefined {
  const text = source && unseal(Buffer.from(source, 'base64url'), place, keyring)
  if (!text) return undefined
  // sealed by ourselves just above, so its form is known
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const [at, session, form] = JSON.parse(text) as [number, string | null, [string, string][]]
  if (isTooOld(instant(at), clock())) return undefined
  return { form: new Map(form), found: { at: instant(at), session: session ?? undefined } }
}

const isTooOld = (at: Instant, now: Instant): boolean => now - at > life
