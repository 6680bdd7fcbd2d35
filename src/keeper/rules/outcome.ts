/** What became of one exchange of a refresh token: decided from what was said and how far the request got, and from nothing else. A text that
 *  nobody knows is never guessed at. */
import { readTokenReply, type Tokens } from './token-reply.ts'

export type Outcome =
  /** Another refresh token came; the one that was sent is spent. */
  | { readonly kind: 'rotated'; readonly tokens: Tokens; readonly refreshToken: string }
  /** An access token without another refresh token: rotation is off, and the one that was sent stays (SF-45). */
  | { readonly kind: 'unchanged'; readonly tokens: Tokens }
  /** Nothing of the request reached anybody: safe to try again (P-24). */
  | { readonly kind: 'not-sent'; readonly why: string }
  /** Somebody else's exchange of this token is under way, perhaps an attempt of our own that was given up for lost (P-23). */
  | { readonly kind: 'in-flight' }
  /** The address that it came from is not admitted: a fault of the configuration, the token is kept (SF-308). */
  | { readonly kind: 'ip-refused'; readonly by: 'allowlist' | 'org-or-profile' }
  /** Revoked, expired, idle for too long, spent, or pushed out by a sixth approval: the answer does not tell which (SF-49, SF-189). */
  | { readonly kind: 'ended' }
  /** The app, the org or the user, not the token: to be mended there, the token is kept (SF-312). */
  | {
      readonly kind: 'refused'
      readonly of: 'app' | 'org' | 'user'
      readonly error: string
      readonly description: string
    }
  /** Said to be too much; nothing was spent (SF-312). */
  | { readonly kind: 'server-trouble'; readonly why: string }
  /** It was sent, and there is no usable answer: it may be spent (P-24). */
  | { readonly kind: 'in-doubt'; readonly why: string }
  /** A whole answer in words that nobody knows. Treated as in doubt, and shown as it came. */
  | { readonly kind: 'inconclusive'; readonly status: number; readonly error: string; readonly description: string }

/** How far the request got. `body` is what came of the reply's body, `whole` whether that was all of it. */
export type Exchanged =
  | { readonly got: 'no-connection' | 'nothing-written'; readonly why: string }
  | { readonly got: 'no-reply'; readonly why: string }
  | { readonly got: 'reply'; readonly status: number; readonly body: string; readonly whole: boolean }

export function outcomeOf(exchanged: Exchanged): Outcome {
  switch (exchanged.got) {
    case 'no-connection':
    case 'nothing-written':
      return { kind: 'not-sent', why: exchanged.why }
    case 'no-reply':
      return { kind: 'in-doubt', why: exchanged.why }
    case 'reply':
      return outcomeOfReply(exchanged)
  }
}

function outcomeOfReply({ status, body, whole }: Exchanged & { readonly got: 'reply' }): Outcome {
  const reply = readTokenReply(body)
  // tokens that have come are tokens, whatever became of the rest of the reply: nobody else will ever have them
  if (reply.kind === 'tokens' && status >= 200 && status < 300) return outcomeOfTokens(reply.tokens)
  if (status >= 500) return { kind: 'in-doubt', why: `the answer was ${status}` }
  if (!whole) return { kind: 'in-doubt', why: 'the answer was cut short' }
  if (reply.kind === 'error' && status >= 400) return outcomeOfError(status, reply.error, reply.description)
  if (status >= 200 && status < 300) return { kind: 'in-doubt', why: `the answer was ${status} without tokens` }
  return { kind: 'inconclusive', status, ...wordsOf(reply) }
}

function outcomeOfTokens(tokens: Tokens): Outcome {
  const { refreshToken } = tokens
  return refreshToken === undefined ? { kind: 'unchanged', tokens } : { kind: 'rotated', tokens, refreshToken }
}

const wordsOf = (reply: ReturnType<typeof readTokenReply>): { error: string; description: string } =>
  reply.kind === 'error' ? { error: reply.error, description: reply.description } : { error: '', description: '' }

function outcomeOfError(status: number, error: string, description: string): Outcome {
  if (error === 'invalid_grant') {
    const known = grantWords.get(plain(description))
    if (known !== undefined) return known
    if (ownAssertion.has(plain(description))) return { kind: 'refused', of: 'app', error, description }
    if (plain(description).startsWith(inactiveUser)) return { kind: 'refused', of: 'user', error, description }
  }
  const of = refusedOf.get(error)
  if (of !== undefined) return { kind: 'refused', of, error, description }
  if (error === 'rate_limit_exceeded' || status === 429)
    return { kind: 'server-trouble', why: `${error}: ${description}` }
  return { kind: 'inconclusive', status, error, description }
}

const plain = (description: string): string => description.trim().toLowerCase()

/** About our own assertion, where the app proves itself by one: on a refresh there is no other (SF-57, SF-58). */
const ownAssertion: ReadonlySet<string> = new Set([
  'audience validation failed',
  'audience is invalid',
  'invalid assertion',
])

const allowlist: Outcome = { kind: 'ip-refused', by: 'allowlist' }
const orgOrProfile: Outcome = { kind: 'ip-refused', by: 'org-or-profile' }

/** SF-55: said of a deactivated user as well, also with more words behind it. */
const inactiveUser = 'authentication failure'

/** Descriptions of `invalid_grant`, lower case. Its other descriptions belong to other flows, and on a refresh they say nothing that is known. */
const grantWords: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['expired access/refresh token', { kind: 'ended' }], // SF-49
  ['ip restricted by app developer', allowlist], // SF-50
  ['ip restricted', orgOrProfile], // SF-51
  ['ip restricted or invalid login hours', orgOrProfile], // SF-52
  ['token request is already being processed', { kind: 'in-flight' }], // SF-53
  ['expired authorization code', { kind: 'in-flight' }], // SF-53, as it was said before; no code is in a refresh
])

/** SF-60 to SF-63, SF-66, SF-68, SF-69. */
const refusedOf: ReadonlyMap<string, 'app' | 'org' | 'user'> = new Map([
  ['invalid_client', 'app'],
  ['invalid_client_id', 'app'],
  ['invalid_client_credentials', 'app'],
  ['unauthorized_client', 'app'],
  ['unsupported_grant_type', 'app'],
  ['redirect_uri_mismatch', 'app'],
  ['redirect_uri_missing', 'app'],
  ['wrong_version', 'app'],
  ['invalid_app_access', 'user'],
  ['inactive_user', 'user'],
  ['inactive_org', 'org'],
])
