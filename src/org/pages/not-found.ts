/** The page for an address that leads nowhere; goes with status 404. */
import { link } from './addresses.ts'
import { html } from './html.ts'
import { layout, type Frame } from './layout.ts'

export type NotFoundPage = Frame & { readonly loginUrl: string }

/** Does not repeat the address that was asked for: it is in the browser's own bar, and it is anybody's text. */
export function notFoundPage(page: NotFoundPage): string {
  const body = html`<h1 class="slds-text-heading_medium">This page doesn’t exist</h1>
    <p class="sp-lead">Check the address, or start again from the app that sent you here.</p>
    <p>${link(page.loginUrl, 'Go to the login page')}</p>`
  return layout(page, { title: 'Page not found', body })
}
