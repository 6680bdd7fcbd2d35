/** Which addresses a page may carry: a form posts to ourselves, a link leads to ourselves or to the web. */
import { html, type Html } from './html.ts'

const base = 'https://own.invalid'

/** The text itself if it is a path on this server (`/login?x=1`). Throws on anything else, since the server's own code names
 *  the forms' targets: an absolute URL there is a bug, and `//host` or `/\host` would post a password elsewhere. */
export function ownPath(text: string): string {
  if (!isOwnPath(text)) throw new Error(`PAGE_FORM_TARGET ${JSON.stringify(text)} is no path on this server`)
  return text
}

/** A link, or only its words where the address is neither a path on this server nor http(s): `javascript:` links nowhere. */
export function link(to: string, words: string): Html {
  return leadsSomewhere(to) ? html`<a href="${to}" rel="noreferrer">${words}</a>` : html`<span>${words}</span>`
}

function isOwnPath(text: string): boolean {
  if (!text.startsWith('/') || !URL.canParse(text, base)) return false
  return new URL(text, base).origin === base
}

function leadsSomewhere(to: string): boolean {
  if (isOwnPath(to)) return true
  return URL.canParse(to) && ['https:', 'http:'].includes(new URL(to).protocol)
}
