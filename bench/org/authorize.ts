/** The web server flow with PKCE, driven through the pages as a browser would: how the bench comes by a refresh token. */
import { createHash, randomBytes } from 'node:crypto'
import { findStringField } from '../load/reply-reader.ts'
import { bench } from './file.ts'
import { findForm } from './html-form.ts'

/** A first refresh token for the user. Throws with what the page or the reply said where the flow does not get there. */
export async function authorize(url: string, user: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(8).toString('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: bench.consumerKey,
    redirect_uri: bench.callbackUrl,
    scope: bench.scope,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const callback = await new Browser(user).walk(new URL(`/services/oauth2/authorize?${query.toString()}`, url))
  const code = callback.searchParams.get('code')
  if (code === null || callback.searchParams.get('state') !== state)
    throw new Error(`no code for ${user}: ${callback.href}`)
  return exchange(url, code, verifier)
}

async function exchange(url: string, code: string, verifier: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    client_id: bench.consumerKey,
    client_secret: bench.consumerSecret,
    redirect_uri: bench.callbackUrl,
  })
  const reply = await fetch(new URL('/services/oauth2/token', url), { method: 'POST', body })
  const json = await reply.text()
  const token = findStringField(json, 'refresh_token')
  if (token === undefined)
    throw new Error(`the code was exchanged for ${reply.status} without a refresh token: ${json}`)
  return token
}

const mostSteps = 12

class Browser {
  readonly #user: string
  readonly #cookies = new Map<string, string>()

  constructor(user: string) {
    this.#user = user
  }

  /** Follows redirects and answers pages until it is sent to the callback. */
  async walk(start: URL): Promise<URL> {
    let at = start
    let reply = await this.#fetch(at)
    for (let step = 0; step < mostSteps; step += 1) {
      const location = reply.headers.get('location')
      if (location?.startsWith(bench.callbackUrl)) return new URL(location)
      if (location === null) {
        const { action, body } = this.#answer(await reply.text(), at)
        at = new URL(action, at)
        reply = await this.#fetch(at, body)
      } else {
        at = new URL(location, at)
        reply = await this.#fetch(at)
      }
    }
    throw new Error(`${this.#user} was not sent to the callback within ${mostSteps} steps; last at ${at.href}`)
  }

  async #fetch(at: URL, body?: URLSearchParams): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie && { cookie }), ...(body && { origin: at.origin }) }
    const request = body === undefined ? { headers } : { method: 'POST', body, headers }
    const reply = await fetch(at, { ...request, redirect: 'manual' })
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    return reply
  }

  /** Logs in where the page asks for it, allows where it asks for that (SF-87, SF-90). */
  #answer(page: string, at: URL): { readonly action: string; readonly body: URLSearchParams } {
    const form = findForm(page)
    const button = form?.buttons.get('Login') ?? form?.buttons.get('oaapprove')
    if (form === undefined || button === undefined)
      throw new Error(`a page without Login or Allow at ${at.href}:\n${page}`)
    const fields = new Map(form.fields)
    if (fields.has('username')) fields.set('username', this.#user)
    if (fields.has('pw')) fields.set('pw', bench.password)
    fields.set(button.name, button.value)
    return { action: form.action, body: new URLSearchParams([...fields]) }
  }
}
