/** The parameters of an authorization request (SF-74), read from a form in which every name stands once. */

export type AuthorizeParameters = {
  readonly responseType: string | undefined
  readonly clientId: string | undefined
  readonly redirectUri: string | undefined
  readonly scope: string | undefined
  /** Returned as it came (SF-86). */
  readonly state: string | undefined
  readonly display: 'page' | 'popup' | 'touch'
  readonly prompt: Prompt
  readonly loginHint: string | undefined
  readonly nonce: string | undefined
  readonly challenge: string | undefined
  readonly challengeMethod: string | undefined
}

/** What SF-79 lets a client ask for; unknown words mean nothing (SF-13). */
export type Prompt = {
  /** Show no page at all: `immediate=true`, or `prompt=none` as OpenID Connect spells it. */
  readonly never: boolean
  /** Prove again who is there: `login`, and `select_account`, since there is no list of accounts to choose from. */
  readonly login: boolean
  /** Ask for consent although it was given before. */
  readonly consent: boolean
}

/** The names that mean something here; everything else a client sends is ignored (SF-13). */
export const authorizeNames: readonly string[] = [
  ...['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'display', 'prompt', 'login_hint', 'immediate'],
  ...['nonce', 'code_challenge', 'code_challenge_method'],
]

/** Characters of all values together, percent-encoded. A request travels through redirects in addresses, sealed and sealed again, and 16 KiB
 *  is what a header may take. */
export const longestRequest = 6000

/** Left-out and empty are the same (RFC 6749 section 3.1). */
export function readAuthorizeParameters(form: ReadonlyMap<string, string>): AuthorizeParameters {
  const of = (name: string): string | undefined => form.get(name) || undefined
  return {
    responseType: of('response_type'),
    clientId: of('client_id'),
    redirectUri: of('redirect_uri'),
    scope: of('scope'),
    state: of('state'),
    display: displayOf(of('display')),
    prompt: promptOf(of('prompt'), of('immediate')),
    loginHint: of('login_hint'),
    nonce: of('nonce'),
    challenge: of('code_challenge'),
    challengeMethod: of('code_challenge_method'),
  }
}

/** Values are well-formed text, as a decoder of forms leaves them. */
export function requestIsTooLong(form: ReadonlyMap<string, string>): boolean {
  return authorizeNames.reduce((sum, name) => sum + encodeURIComponent(form.get(name) ?? '').length, 0) > longestRequest
}

function displayOf(text: string | undefined): AuthorizeParameters['display'] {
  if (text === 'popup' || text === 'touch') return text
  return text === 'mobile' ? 'touch' : 'page'
}

function promptOf(text: string | undefined, immediate: string | undefined): Prompt {
  const words = new Set((text ?? '').split(' '))
  return {
    never: immediate === 'true' || words.has('none'),
    login: words.has('login') || words.has('select_account'),
    consent: words.has('consent'),
  }
}
