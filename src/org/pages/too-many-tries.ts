/** The page after too many failed logins or codes; goes with status 429 and a `Retry-After` of the same length. */
import { link } from './addresses.ts'
import { html } from './html.ts'
import { alert, layout, type Frame } from './layout.ts'
import type { Duration } from '../../values/time.ts'

export type TooManyTriesPage = Frame & { readonly retryAfter: Duration; readonly loginUrl: string }

/** Says how long, rounded up so that a person who waits that long is let in; never says whether the user exists. */
export function tooManyTriesPage(page: TooManyTriesPage): string {
  const body = html`<h1 class="slds-text-heading_medium">Too many tries</h1>
    ${alert('error', 'loginError', `Wait ${inWords(page.retryAfter)}, then try again.`)}
    <p>If you don’t know your password, contact your administrator.</p>
    <p>${link(page.loginUrl, 'Back to the login page')}</p>`
  return layout(page, { title: 'Error: Too many tries', body })
}

function inWords(length: Duration): string {
  const seconds = Math.max(1, Math.ceil(length / 1000))
  if (seconds < 60) return counted(seconds, 'second')
  return counted(Math.ceil(seconds / 60), 'minute')
}

function counted(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`
}
