/** The two error pages of an authorization: the one that is redirected to, and the one answered directly. */
import { html, queryText, type Html } from './html.ts'
import { alert, layout, quoted, type Frame } from './layout.ts'

export type ErrorPage = Frame & {
  /** As the client would see it, e.g. `OAUTH_EC_APP_NOT_FOUND` (SF-82). */
  readonly code: string
  readonly words: string
  /** What the person can do, one sentence each; may be empty. */
  readonly next: readonly string[]
}

/** RemoteAccessErrorPage: for what SF-82 names, never for a wrong client or redirect address (SF-81). */
export function errorPage(page: ErrorPage): string {
  const body = html`<h1 class="slds-text-heading_medium">We can’t authorize you</h1>
    ${alert('error', 'errorMsg', 'We can’t authorize you because of an OAuth error. For more information, contact your administrator.')}
    <p class="sp-code"><code>${quoted(page.code)}</code> : ${quoted(page.words)}</p>
    ${whatToDo(page.next)}`
  return layout(page, { title: 'Error: We can’t authorize you', body, width: 'wide' })
}

export type DirectErrorPage = Frame & {
  readonly error: string
  readonly description: string
  readonly next: readonly string[]
}

/** Answered in place, with status 400, where the client cannot be trusted with the error. The raw body holds
 *  `error=…&error_description=…`, percent-encoded (SF-81). */
export function directErrorPage(page: DirectErrorPage): string {
  const pairs = queryText({ error: page.error, error_description: page.description })
  const body = html`<h1 class="slds-text-heading_medium">We can’t authorize you</h1>
    ${alert('error', 'errorMsg', page.description)}
    <p class="sp-code"><code>${pairs}</code></p>
    ${whatToDo(page.next)}`
  return layout(page, { title: 'Error: We can’t authorize you', body, width: 'wide' })
}

function whatToDo(next: readonly string[]): Html | false {
  if (next.length === 0) return false
  return html`<h2 class="slds-text-heading_small">What you can do</h2>
    <ul class="sp-next">
      ${next.map((each) => html`<li>${each}</li> `)}
    </ul>`
}
