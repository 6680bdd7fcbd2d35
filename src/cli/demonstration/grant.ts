/** A fresh grant for the demonstration, by the way that every client goes: authorize with PKCE, log in, consent, exchange the code. */
import { createHash } from 'node:crypto'
import { isRecord } from '../../documents/words.ts'
import type { RandomBytes } from '../../values/domain.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { formOf, openBrowser, type Browser, type Page } from './browser.ts'
import type { Demonstration } from './files.ts'
import type { Secret } from '../../values/secret.ts'
import { callbackUrl } from './names.ts'

export type GrantWalk = {
  readonly url: string
  /** A loopback address that the allowlist has: the exchange of the code is held against it. */
  readonly from: string
  readonly demonstration: Demonstration
  readonly user: { readonly username: string; readonly password: Secret }
  readonly random: RandomBytes
}

/** The refresh token, or a sentence on what stood in the way; a person may have changed anything in this org. */
export async function obtainRefreshToken(walk: GrantWalk): Promise<Result<string, string>> {
  const browser = openBrowser(walk.url, walk.from)
  const verifier = Buffer.from(walk.random(32)).toString('base64url')
  const code = await authorize(browser, walk, verifier)
  return code.ok ? await exchange(browser, walk, { code: code.value, verifier }) : code
}

const mostPages = 8

async function authorize(browser: Browser, walk: GrantWalk, verifier: string): Promise<Result<string, string>> {
  const { demonstration, user, random } = walk
  const state = Buffer.from(random(16)).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: demonstration.consumerKey,
    redirect_uri: callbackUrl,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state,
  })
  let page = await browser.get(`/services/oauth2/authorize?${query.toString()}`)
  for (let n = 0; n < mostPages; n += 1) {
    if (page.location?.startsWith(callbackUrl)) return codeIn(new URL(page.location), state)
    const next = await step(browser, page, user)
    if (!next.ok) return next
    page = next.value
  }
  return fault('the login went round in circles')
}

function codeIn({ searchParams }: URL, state: string): Result<string, string> {
  const code = searchParams.get('code')
  if (searchParams.get('state') !== state) return fault('the answer was to another request')
  if (code !== null) return ok(code)
  return fault(searchParams.get('error_description') ?? searchParams.get('error') ?? 'the answer held no code')
}

/** A redirect is followed; the login page and the consent page are answered; any other page is the end. */
async function step(
  browser: Browser,
  page: Page,
  { username, password }: GrantWalk['user'],
): Promise<Result<Page, string>> {
  if (page.location !== undefined) return ok(await browser.get(page.location))
  const form = formOf(page)
  const has = (id: string): boolean => page.body.includes(`id="${id}"`)
  if (form !== undefined && has('password') && !has('loginError')) {
    const fields = { ...form.hidden, username, pw: password.expose(), Login: 'Log In' }
    return ok(await browser.post(form.action, fields))
  }
  if (form !== undefined && has('oaapprove')) {
    return ok(await browser.post(form.action, { ...form.hidden, oaapprove: 'Allow' }))
  }
  if (has('loginError')) return fault(`${username} could not log in with the demonstration's password`)
  return fault(`the org answered ${page.status} with the page "${/<title>([^<]*)/.exec(page.body)?.[1]?.trim() ?? ''}"`)
}

type Proof = { readonly code: string; readonly verifier: string }

async function exchange(browser: Browser, walk: GrantWalk, { code, verifier }: Proof): Promise<Result<string, string>> {
  const { consumerKey, consumerSecret } = walk.demonstration
  const { status, body } = await browser.post('/services/oauth2/token', {
    grant_type: 'authorization_code',
    code,
    client_id: consumerKey,
    client_secret: consumerSecret.expose(),
    redirect_uri: callbackUrl,
    code_verifier: verifier,
  })
  const reply: unknown = JSON.parse(body)
  const fields = isRecord(reply) ? reply : {}
  if (status === 200 && typeof fields['refresh_token'] === 'string') return ok(fields['refresh_token'])
  if (status === 200) return fault('the app has no scope refresh_token any more')
  return fault(`the token endpoint answered ${status}: ${String(fields['error_description'] ?? fields['error'])}`)
}
