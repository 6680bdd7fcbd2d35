/** Where a logout ends. */
import { link } from './addresses.ts'
import { html } from './html.ts'
import { layout, type Frame } from './layout.ts'

export type LoggedOutPage = Frame & { readonly loginUrl: string }

export function loggedOutPage(page: LoggedOutPage): string {
  const body = html`<h1 class="slds-text-heading_medium">You’re logged out</h1>
    <p class="sp-lead">Apps that you approved keep their access until it is revoked.</p>
    <p>${link(page.loginUrl, 'Log in again')}</p>`
  return layout(page, { title: 'Logged out', body })
}
