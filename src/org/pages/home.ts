/** Where a login without an app ends: who one is, and the way out. */
import { postForm, submit } from './forms.ts'
import { html } from './html.ts'
import { layout, quoted, type Frame } from './layout.ts'

export type HomePage = Frame & {
  readonly user: { readonly username: string; readonly displayName: string }
  readonly logoutAction: string
  readonly csrf: string
}

/** The whole document. Its one form posts `logout`. */
export function homePage(page: HomePage): string {
  const { csrf, logoutAction, user } = page
  const body = html`<h1 class="slds-text-heading_medium">You’re logged in</h1>
    <p class="sp-lead"><strong>${quoted(user.displayName)}</strong><br />${quoted(user.username)}</p>
    <p>No app is waiting for you. To connect one, start from the app itself.</p>
    ${postForm({ name: 'logoutForm', action: logoutAction, carried: { csrf }, body: button })}`
  return layout(page, { title: 'Home', body })
}

const button = html`<div class="sp-actions">${submit({ id: 'logout', label: 'Log Out', variant: 'neutral' })}</div>`
