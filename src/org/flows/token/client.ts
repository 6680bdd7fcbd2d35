/** Which app calls, and how it proved it: in the body, by Basic, by a signed assertion, or not at all (SF-15 to SF-18). */
import { isRecord } from '../../../documents/words.ts'
import { formatAddress } from '../../../ip/address.ts'
import { formatHolder } from '../../../ip/holder.ts'
import { fault, ok, type Result } from '../../../values/result.ts'
import type { Form } from '../../endpoints/form.ts'
import type { Caller, OrgParts } from '../../parts.ts'
import type { ClientProof } from '../../rules/app.ts'
import type { Refusal } from '../../rules/decide.ts'
import type { AppEntry } from '../../settings.ts'

export type Client = { readonly entry: AppEntry; readonly proof: ClientProof }
export type Credentials = { readonly form: Form; readonly authorization: string | undefined }

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

type Claimed =
  | { readonly kind: 'none'; readonly id: string | undefined }
  | {
      readonly kind: 'secret'
      readonly id: string | undefined
      readonly secret: string
      readonly by: 'client_secret_post' | 'client_secret_basic'
    }
  | { readonly kind: 'assertion'; readonly id: string | undefined; readonly assertion: string }
  | { readonly kind: 'contradiction'; readonly id: string | undefined }

/** A right secret always passes, however many wrong ones came from the same address: behind a fixed egress many workers share one address, and
 *  one with an outdated secret must not shut out the others. Wrong ones beyond the limit are told to slow down, and no longer recorded singly. */
export function authenticateClient(
  parts: OrgParts,
  credentials: Credentials,
  caller: Caller,
): Result<Client, Refusal> | Promise<Result<Client, Refusal>> {
  const claimed = readClaim(credentials)
  const entry = parts.settings.current().appsByConsumerKey.get(claimed.id ?? '')
  if (entry === undefined) {
    anyApp(parts)?.secretIs('') // as dear as a wrong secret of a known app
    parts.monitor.junk('client', formatAddress(caller.from.address)) // P-11
    return fault({ code: 'CLIENT_UNKNOWN', saw: {} })
  }
  const conclude = (refusal: Refusal | undefined): Result<Client, Refusal> =>
    refusal === undefined
      ? ok({ entry, proof: proofOf(claimed) })
      : fault(limitedRefusal(parts, refusal, { entry, caller }))
  // only a signature has to be waited for
  return claimed.kind === 'assertion'
    ? assertionRefusal(parts, entry, claimed.assertion).then(conclude)
    : conclude(refusalOf(entry, claimed))
}

function readClaim({ form, authorization }: Credentials): Claimed {
  const basic = readBasic(authorization)
  const id = form.get('client_id') || basic?.id
  const assertion = form.get('client_assertion')
  const secret = form.get('client_secret') || undefined
  if (assertion && form.get('client_assertion_type') === assertionType) {
    // one way to authenticate a request (RFC 6749 section 2.3): a secret that nobody compares could be a wrong one
    const isAlone = secret === undefined && basic === undefined
    const claimed = id ?? issuerOf(assertion)
    return isAlone ? { kind: 'assertion', id: claimed, assertion } : { kind: 'contradiction', id: claimed }
  }
  if (basic === undefined)
    return secret === undefined ? { kind: 'none', id } : { kind: 'secret', id, secret, by: 'client_secret_post' }
  // credentials in both places are accepted only when equal (SF-18)
  const differs = id !== basic.id || (secret !== undefined && secret !== basic.secret)
  if (differs) return { kind: 'contradiction', id }
  return basic.secret === ''
    ? { kind: 'none', id }
    : { kind: 'secret', id, secret: basic.secret, by: 'client_secret_basic' }
}

function refusalOf(entry: AppEntry, claimed: Exclude<Claimed, { kind: 'assertion' }>): Refusal | undefined {
  const { app } = entry
  switch (claimed.kind) {
    case 'none':
      return undefined // whether that is enough, the policies say
    case 'secret':
      return entry.secretIs(claimed.secret) ? undefined : { code: 'CLIENT_SECRET_WRONG', saw: { app: app.name } }
    case 'contradiction':
      return { code: 'CLIENT_SECRET_WRONG', saw: { app: app.name } }
  }
}

/** RFC 7523 section 3: issuer and subject are the client, the audience is this server, and it has not expired. */
async function assertionRefusal(
  parts: OrgParts,
  { app, certificate }: AppEntry,
  assertion: string,
): Promise<Refusal | undefined> {
  const refuse = (why: string): Refusal => ({ code: 'CLIENT_ASSERTION_INVALID', saw: { app: app.name, why } })
  if (certificate === undefined) return refuse('the app holds no certificate')
  try {
    const { importX509, jwtVerify } = await import('jose') // few apps prove themselves so
    const publicUrl = parts.publicUrl()
    await jwtVerify(assertion, await importX509(certificate, 'RS256'), {
      algorithms: ['RS256'],
      issuer: app.consumerKey,
      subject: app.consumerKey,
      audience: [`${publicUrl}/services/oauth2/token`, publicUrl],
      clockTolerance: parts.configuration.jwt.skewSeconds,
      currentDate: new Date(parts.clock()),
      requiredClaims: ['exp'],
    })
    return undefined
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : 'it cannot be read')
  }
}

/** Counts a failure to prove who calls. Beyond the limit another refusal takes its place, which is not recorded singly (P-11). */
export function limitedRefusal(
  parts: OrgParts,
  refusal: Refusal,
  { entry, caller }: { readonly entry: AppEntry; readonly caller: Caller },
): Refusal {
  const now = parts.clock()
  const address = formatHolder(caller.from.address)
  const key = `client ${entry.app.name} ${address}`
  const beyond = parts.failureLimits.exceeded(key, now)
  parts.failureLimits.failed(key, now)
  if (!beyond) return refusal
  parts.monitor.junk('client', address)
  return { code: 'CLIENT_TOO_MANY_FAILURES', saw: { app: entry.app.name } }
}

function readBasic(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1) return undefined
  return { id: unescapeForm(text.slice(0, colon)), secret: unescapeForm(text.slice(colon + 1)) }
}

/** RFC 6749 section 2.3.1 form-encodes both halves; some clients do not, and keys and secrets have no character that it would change (SF-04). */
function unescapeForm(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Only says whose key to verify it with. */
function issuerOf(assertion: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return isRecord(claims) && typeof claims['iss'] === 'string' ? claims['iss'] : undefined
  } catch {
    return undefined
  }
}

function proofOf(claimed: Claimed): ClientProof {
  if (claimed.kind === 'secret') return claimed.by
  return claimed.kind === 'assertion' ? 'private_key_jwt' : 'none'
}

function anyApp(parts: OrgParts): AppEntry | undefined {
  const [first] = parts.settings.current().appsByConsumerKey.values()
  return first
}
