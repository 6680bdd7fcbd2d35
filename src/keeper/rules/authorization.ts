/** The first half of the web server flow with PKCE: where the user is sent, and what comes back (RFC 6749 section 4.1, RFC 7636). */
import { fault, ok, type Result } from '../../values/result.ts'
import { isLoopbackHost } from './salesforce-hosts.ts'

export type AuthorizeWish = {
  readonly loginUrl: string
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  /** Of the verifier, S256. */
  readonly challenge: string
  /** Space separated; undefined: all that the app has (SF-77). */
  readonly scopes: string | undefined
  readonly loginHint: string | undefined
  readonly prompt: string | undefined
}

/** SF-74. */
export function authorizeUrl({ loginUrl, scopes, loginHint, prompt, ...wish }: AuthorizeWish): string {
  const url = new URL('/services/oauth2/authorize', loginUrl)
  const fields = {
    ...{ response_type: 'code', client_id: wish.clientId, redirect_uri: wish.redirectUri, state: wish.state },
    ...{ code_challenge: wish.challenge, code_challenge_method: 'S256' },
    ...{ scope: scopes, login_hint: loginHint, prompt },
  }
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** A sentence, where nothing could be kept alive with these (SF-78). */
export function faultOfScopes(scopes: string | undefined): string | undefined {
  if (scopes === undefined) return undefined
  const asked = scopes.split(' ').filter((each) => each !== '')
  if (asked.some((each) => each === 'refresh_token' || each === 'offline_access')) return undefined
  return `The scopes ${JSON.stringify(scopes)} ask for no refresh token.`
}

/** SF-79. */
const prompts = new Set(['login', 'consent', 'select_account'])
export const faultOfPrompt = (prompt: string | undefined): string | undefined =>
  prompt === undefined || prompt.split(' ').every((each) => prompts.has(each))
    ? undefined
    : `The prompt ${JSON.stringify(prompt)} is none of login, consent and select_account.`

export type Redirect = {
  readonly url: URL
  /** Where a listener of this machine can take the answer. */
  readonly loopback: { readonly host: string; readonly port: number } | undefined
}

/** The fault is a predicate of "the redirect URI". Held against the app's character for character (SF-83), so it is never rewritten. */
export function parseRedirect(text: string): Result<Redirect, string> {
  const url = /^[!-~]+$/.test(text) ? URL.parse(text) : null
  if (url === null) return fault('is no URL')
  if (text.includes('#')) return fault('has a fragment')
  if (url.username !== '' || url.password !== '') return fault('holds credentials')
  if (url.protocol === 'https:') return ok({ url, loopback: undefined })
  if (url.protocol !== 'http:') return fault('is neither https nor http')
  if (!isLoopbackHost(url.hostname)) return fault('would carry the code in the clear')
  const port = url.port === '' ? 80 : Number(url.port)
  return ok({ url, loopback: { host: url.hostname, port } })
}

export type Callback = {
  readonly state: string
  readonly answer:
    | { readonly kind: 'code'; readonly code: string }
    | { readonly kind: 'error'; readonly error: string; readonly description: string }
}

/** What the whole URL of a callback says. The fault is a sentence; nothing of the URL is quoted. */
export function readCallback(text: string): Result<Callback, string> {
  const url = text.length <= longest ? URL.parse(text) : null
  if (url === null) return fault('The callback is no URL; hand it in whole, as the browser was sent to it.')
  const fields = ['state', 'code', 'error', 'error_description'].map((name) => url.searchParams.getAll(name))
  if (fields.some((values) => values.length > 1)) return fault('The callback says something twice.')
  const [state = '', code = '', error = '', description = ''] = fields.map(([value]) => value)
  if (state === '') return fault('The callback carries no state.')
  if (error !== '') return ok({ state, answer: { kind: 'error', error, description } })
  if (code === '') return fault('The callback carries neither a code nor an error.')
  return ok({ state, answer: { kind: 'code', code } })
}

const longest = 8192

/** Whether the browser came to the place that this login had named: where login hosts have redirect URIs of their own, that tells which one has answered. */
export function cameTo(callback: string, redirectUri: string): boolean {
  const [came, named] = [URL.parse(callback), URL.parse(redirectUri)]
  if (came === null || named === null || came.origin !== named.origin || came.pathname !== named.pathname) return false
  return [...named.searchParams].every(([name, value]) => came.searchParams.getAll(name).includes(value))
}
