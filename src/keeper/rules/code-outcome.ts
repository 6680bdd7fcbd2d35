/** What became of the exchange of a code, and what the person is told. Its words are other than those of a refresh: SF-54, SF-60 to SF-64. */
import type { Exchanged } from './outcome.ts'
import { plainLine } from './plain-line.ts'
import type { LoginHosts } from './login-hosts.ts'
import { isHostOfOrg } from './salesforce-hosts.ts'
import { readTokenReply, type Tokens } from './token-reply.ts'

export type Granted = {
  readonly kind: 'granted'
  readonly tokens: Tokens
  readonly refreshToken: string
  readonly orgId: string
  readonly userId: string
}

export type CodeOutcome =
  | Granted
  /** Nothing of it reached anybody: the same callback may be handed in again. */
  | { readonly kind: 'not-sent'; readonly why: string }
  /** Something was granted that is of no use, or from somebody who is not who he should be: it is to be revoked. */
  | { readonly kind: 'useless'; readonly token: string; readonly why: string; readonly next: string }
  | {
      readonly kind: 'refused'
      readonly code: 'IP_REFUSED' | 'REFUSED' | 'AUTHORIZATION_OVER' | 'SERVER_TROUBLE'
      readonly why: string
      readonly next: string
    }

export function judgeCode(exchanged: Exchanged, loginUrl: string, listed?: LoginHosts): CodeOutcome {
  switch (exchanged.got) {
    case 'no-connection':
    case 'nothing-written':
      return { kind: 'not-sent', why: exchanged.why }
    case 'no-reply':
      return lost(exchanged.why)
    case 'reply':
      return judgeReply(exchanged, { loginUrl, listed })
  }
}

type Org = { readonly loginUrl: string; readonly listed: LoginHosts | undefined }

function judgeReply({ status, body, whole }: Exchanged & { readonly got: 'reply' }, org: Org): CodeOutcome {
  const reply = readTokenReply(body)
  if (reply.kind === 'tokens' && status >= 200 && status < 300) return judgeTokens(reply.tokens, org)
  if (reply.kind === 'error' && status >= 400 && status < 500) return refusal(reply.error, reply.description)
  return lost(whole ? `the answer was ${status} without tokens` : 'the answer was cut short')
}

const lost = (why: string): CodeOutcome => ({
  ...{ kind: 'refused', code: 'SERVER_TROUBLE', why: `The code was sent, and ${why}.` },
  next: 'Authorize again; the code may be spent.',
})

function judgeTokens(tokens: Tokens, { loginUrl, listed }: Org): CodeOutcome {
  const { refreshToken, accessToken, identity, instanceUrl, scope } = tokens
  if (refreshToken === undefined)
    return {
      ...{ kind: 'useless', token: accessToken },
      why: `The org gave no refresh token${scope === undefined ? '' : ` (the scopes were ${plainLine(scope)})`}.`,
      next: 'Give the app the scope refresh_token (Perform requests at any time), ask for it, and see that its refresh token policy is not “Immediately expire” (SF-78).',
    }
  const who = identityOf(identity, { loginUrl, listed })
  if (who === undefined)
    return {
      ...{ kind: 'useless', token: refreshToken },
      why: 'The reply does not say on a host of Salesforce, or of the login host, who has logged in.',
      next: 'See that the login URL of the app is that of your Salesforce, and that nothing stands between.',
    }
  const instance = instanceUrl === undefined ? undefined : URL.parse(instanceUrl)
  if (instance === null || (instance !== undefined && !isHostOfOrg(instance, loginUrl, listed)))
    return {
      ...{ kind: 'useless', token: refreshToken },
      why: 'The instance URL of the reply is neither the login host nor a host of Salesforce.',
      next: 'Name the My Domain of the org as the login URL of the app, or list its hosts under keeper.loginHosts.',
    }
  return { kind: 'granted', tokens, refreshToken, ...who }
}

/** `https://HOST/id/ORG/USER` (SF-43). */
function identityOf(
  text: string | undefined,
  { loginUrl, listed }: Org,
): { readonly orgId: string; readonly userId: string } | undefined {
  const url = text === undefined ? null : URL.parse(text)
  if (url === null || !isHostOfOrg(url, loginUrl, listed)) return undefined
  const [, orgId, userId] = /^\/id\/([A-Za-z0-9]{15,18})\/([A-Za-z0-9]{15,18})$/.exec(url.pathname) ?? []
  return orgId === undefined || userId === undefined ? undefined : { orgId, userId }
}

/** Ids of 15 characters and of 18 name the same (SF-02). */
export const isSameId = (a: string, b: string): boolean => a.slice(0, 15) === b.slice(0, 15)

function refusal(error: string, description: string): CodeOutcome {
  const said = `The org says ${plainLine(error)}: ${plainLine(description)}`
  const found = words.find(([its, text]) => its === error && (text === '' || text === description.trim().toLowerCase()))
  const [, , code, next] = found ?? ['', '', 'REFUSED', 'Look at the login history of the org, then authorize again.']
  return { kind: 'refused', code, why: said, next }
}

type Words = readonly [
  error: string,
  /** Lower case; empty for whatever it says. */
  description: string,
  code: (CodeOutcome & { readonly kind: 'refused' })['code'],
  next: string,
]

const words: readonly Words[] = [
  [
    'invalid_grant',
    'expired authorization code',
    'AUTHORIZATION_OVER',
    'Authorize again: a code lives for 15 minutes and works once (SF-85).',
  ],
  ['invalid_grant', 'invalid authorization code', 'AUTHORIZATION_OVER', 'Authorize again.'],
  [
    'invalid_grant',
    'ip restricted by app developer',
    'IP_REFUSED',
    "Add the keeper's address to the app's refresh token IP allowlist, then authorize again (SF-50).",
  ],
  [
    'invalid_grant',
    'ip restricted',
    'IP_REFUSED',
    "Look at the profile's login IP ranges and at the app's IP relaxation, then authorize again (SF-51).",
  ],
  [
    'invalid_grant',
    'ip restricted or invalid login hours',
    'IP_REFUSED',
    "Look at the profile's login IP ranges and login hours, then authorize again (SF-52).",
  ],
  ['invalid_app_access', '', 'REFUSED', 'Admit the user to the app in Setup, then authorize again (SF-60).'],
  ['invalid_client_id', '', 'REFUSED', "Correct the app's consumer key, and see that the app is in this org (SF-61)."],
  ['invalid_client', '', 'REFUSED', "Correct the app's consumer secret (SF-62)."],
  [
    'redirect_uri_mismatch',
    '',
    'REFUSED',
    'Write the redirect URI among the callback URLs of the app, character for character (SF-83).',
  ],
  ['unsupported_grant_type', '', 'REFUSED', 'Enable the authorization code flow of the app in Setup (SF-66).'],
  ['inactive_user', '', 'REFUSED', 'Activate the user, or log in as another one.'],
  ['inactive_org', '', 'REFUSED', 'Ask the owner of the org.'],
  ['rate_limit_exceeded', '', 'SERVER_TROUBLE', 'Wait for an hour, then authorize again (SF-69).'],
]

/** What to do about an error that the login page has sent back to the redirect URI (SF-80). */
export function adviceOf(error: string): string {
  switch (error) {
    case 'access_denied':
    case 'access-denied': // SF-70
      return 'Nothing was changed. Authorize again and allow it, or ask whoever denied it.'
    case 'invalid_scope':
      return "Ask for scopes that the app has, or leave them out for all of the app's (SF-77)."
    case 'invalid_request':
      return 'See what the app demands in Setup; the words of the org say what is missing.'
    case 'immediate_unsuccessful':
      return 'Log in at the org first, then authorize again.'
    default:
      return 'Look at the login history of the org, then authorize again.'
  }
}
