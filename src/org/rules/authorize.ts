/** What becomes of an authorization request before anybody is asked to log in: sound, or refused in one of three places. */
import type { SourceAddress } from '../../ip/source-address.ts'
import type { Instant } from '../../values/time.ts'
import type { App } from './app.ts'
import type { AuthorizeParameters } from './authorize-parameters.ts'
import { decide, type Decision, type Refusal, type TraceLine } from './decide.ts'
import { judgeChallenge, type Pkce } from './pkce.ts'
import type { PolicySettings } from './policy.ts'
import { chooseScopes } from './scopes.ts'

/** Where an answer goes. `uri` is one of the app's callbacks, character for character (SF-83). */
export type ReturnAddress = {
  readonly uri: string
  readonly state: string | undefined
  /** SF-80: the fragment for the user-agent flow. */
  readonly within: 'query' | 'fragment'
}

/** What the error page can say (SF-82). */
export type ErrorPageCode = 'OAUTH_APPROVAL_ERROR_GENERIC' | 'OAUTH_EC_APP_NOT_FOUND'

export type SoundRequest = {
  readonly app: App
  readonly parameters: AuthorizeParameters
  readonly to: ReturnAddress
  readonly scopes: readonly string[]
  readonly challenge: { readonly text: string; readonly method: 'S256' | 'plain' } | undefined
  readonly trace: readonly TraceLine[]
}

export type AuthorizeJudgement =
  | { readonly kind: 'sound'; readonly request: SoundRequest }
  /** Nobody is redirected anywhere: the client is unknown, or the address is not its own (SF-81). */
  | { readonly kind: 'direct'; readonly app: App | undefined; readonly refusal: Refusal }
  | {
      readonly kind: 'error-page'
      readonly page: ErrorPageCode
      readonly app: App
      readonly refusal: Refusal
      readonly trace: readonly TraceLine[]
    }
  | {
      readonly kind: 'redirected'
      readonly to: ReturnAddress
      readonly app: App
      readonly refusal: Refusal
      readonly trace: readonly TraceLine[]
    }

export type AuthorizeQuestion = {
  readonly parameters: AuthorizeParameters
  /** The app that has `client_id` as its consumer key. */
  readonly client: { readonly app: App; readonly policies: PolicySettings } | undefined
  readonly now: Instant
  readonly from: SourceAddress
  readonly pkce: Pkce
}

/** Client and redirect_uri come first: until both are known to fit, nothing may be sent to the redirect_uri (RFC 6749 section 4.1.2.1). */
export function judgeAuthorize(question: AuthorizeQuestion): AuthorizeJudgement {
  const { client, parameters } = question
  if (client === undefined) return { kind: 'direct', app: undefined, refusal: { code: 'CLIENT_UNKNOWN', saw: {} } }
  const { app } = client
  const direct = (refusal: Refusal): AuthorizeJudgement => ({ kind: 'direct', app, refusal })
  const { redirectUri } = parameters
  if (redirectUri === undefined) return direct({ code: 'REDIRECT_URI_MISSING', saw: {} }) // SF-63: also with a single callback
  if (!app.callbacks.includes(redirectUri)) return direct({ code: 'REDIRECT_URI_MISMATCH', saw: { app: app.name } })
  const to = { uri: redirectUri, state: parameters.state, within: placeOf(parameters.responseType) }
  return judgeReturnable(question, client, to)
}

function judgeReturnable(
  { parameters, now, from, pkce }: AuthorizeQuestion,
  { app, policies }: { readonly app: App; readonly policies: PolicySettings },
  to: ReturnAddress,
): AuthorizeJudgement {
  const decision = decide({ step: 'authorize', now, from, app, challenge: parameters.challenge }, policies)
  const { trace } = decision
  const redirected = (refusal: Refusal): AuthorizeJudgement => ({ kind: 'redirected', to, app, refusal, trace })
  const page = errorPageOf(decision, app)
  if (decision.kind === 'refused' && page !== undefined)
    return { kind: 'error-page', page, app, refusal: decision.refusal, trace }
  const wrongType = refusedResponseType(parameters.responseType)
  if (wrongType !== undefined) return redirected(wrongType)
  if (decision.kind === 'refused') return redirected(decision.refusal)
  const challenge = judgeChallenge(parameters.challenge, parameters.challengeMethod, pkce)
  if (challenge.kind === 'refused') return redirected(challenge.refusal)
  const scopes = chooseScopes(parameters.scope, app.scopes)
  if (scopes.kind === 'not-allowed') {
    return redirected({ code: 'SCOPE_NOT_ALLOWED', saw: { scope: scopes.scope.slice(0, 80) } })
  }
  const bound = challenge.kind === 'bound' ? { text: challenge.challenge, method: challenge.method } : undefined
  return { kind: 'sound', request: { app, parameters, to, scopes: scopes.scopes, challenge: bound, trace } }
}

/** Which refusals a browser is shown and a client never hears of: an app that is not in use here, and PKCE that only the org requires (SF-65, SF-82). */
function errorPageOf(decision: Decision, app: App): ErrorPageCode | undefined {
  if (decision.kind === 'allowed') return undefined
  const { code, saw } = decision.refusal
  if (code === 'APP_NOT_ENABLED')
    return app.kind === 'externalClientApp' ? 'OAUTH_EC_APP_NOT_FOUND' : 'OAUTH_APPROVAL_ERROR_GENERIC'
  if (code === 'CHALLENGE_MISSING' && saw['requiredBy'] === 'org') return 'OAUTH_APPROVAL_ERROR_GENERIC'
  return undefined
}

/** The user-agent flow (`token`, SF-75) has its place here once there is one. */
function refusedResponseType(responseType: string | undefined): Refusal | undefined {
  if (responseType === undefined) return { code: 'PARAMETER_MISSING', saw: { parameter: 'response_type' } }
  if (responseType === 'code') return undefined
  return { code: 'RESPONSE_TYPE_NOT_SUPPORTED', saw: { responseType: responseType.slice(0, 80) } }
}

const answeredInFragment = new Set(['token', 'id_token', 'hybrid_token'])

function placeOf(responseType: string | undefined): ReturnAddress['within'] {
  return (responseType ?? '').split(' ').some((each) => answeredInFragment.has(each)) ? 'fragment' : 'query'
}

/** The callback with an answer in it. What is added is percent-encoded, so no text of a request can end a header or add a parameter. */
export function returnUrl(
  { uri, state, within }: ReturnAddress,
  answer: Readonly<Record<string, string | undefined>>,
): string {
  const pairs = Object.entries({ ...answer, state })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&')
  const safe = uri.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character.toWellFormed()))
  if (within === 'fragment') return `${safe.split('#', 1)[0] ?? ''}#${pairs}`
  const hash = safe.indexOf('#')
  const base = hash === -1 ? safe : safe.slice(0, hash)
  const joint = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&'
  return `${base}${joint}${pairs}${hash === -1 ? '' : safe.slice(hash)}`
}
