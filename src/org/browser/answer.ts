/** What a browser is answered, as data; an endpoint only sends it. */
import { pageHeaders } from '../pages/security-headers.ts'
import type { Duration } from '../../values/time.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** `Set-Cookie` lines. */
  readonly cookies: readonly string[]
  readonly body: string
}

export type PageOptions = {
  readonly status?: number
  readonly cookies?: readonly string[]
  /** On the pages of an authorization: the client's callback, where the page's form may lead in the end. */
  readonly callback?: string | undefined
  readonly retryAfter?: Duration
}

export function page(document: string, { status = 200, cookies = [], callback, retryAfter }: PageOptions = {}): Answer {
  const headers = pageHeaders({
    formActions: callback === undefined ? [] : [callback],
    opener: callback === undefined ? 'cut' : 'kept',
  })
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter / 1000)) }
  return { status, headers: { ...headers, ...wait }, cookies, body: document }
}

/** To a page of this server, always by GET. `path` is one of our own, with everything in it percent-encoded. */
export function goTo(path: string, cookies: readonly string[] = []): Answer {
  return redirect(303, path, cookies)
}

/** To the client's callback. No referrer goes along: the address of this page may hold a pending request. */
export function returnTo(url: string): Answer {
  return redirect(302, url, [])
}

function redirect(status: 302 | 303, location: string, cookies: readonly string[]): Answer {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return { status, headers, cookies, body: '' }
}
