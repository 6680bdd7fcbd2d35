/** The login page, in one step or two (SF-87, SF-88). */
import { link } from './addresses.ts'
import { checkbox, postForm, submit, textField, type Carried, type Field } from './forms.ts'
import { html, type Html } from './html.ts'
import { alert, layout, quoted, type Frame } from './layout.ts'

/** `whole` asks for both at once; `username` and `password` are the first and second page of the two-step form (SF-88). */
export type LoginStep = 'whole' | 'username' | 'password'

export type LoginPage = Frame &
  Carried & {
    /** Path that the form posts to. */
    readonly action: string
    readonly step: LoginStep
    /** From `login_hint`, from the cookie of "remember me", or as typed before; empty if none. */
    readonly username: string
    readonly rememberUsername: boolean
    /** The words for the person after a refused try: the same for a wrong name as for a wrong password. */
    readonly error?: string | undefined
    /** The app that asked for the login, if one did. */
    readonly app?: { readonly label: string } | undefined
    /** Back to the first step; used with step `password` only. */
    readonly otherUserUrl?: string | undefined
  }

/** The whole document. Posts `username`, `pw` (not in step `username`), `rememberUn`, `Login` and the hidden fields. */
export function loginPage(page: LoginPage): string {
  const { action, error, step } = page
  const body = html`<h1 class="slds-text-heading_medium">Log In</h1>
    ${page.app && html`<p class="sp-lead">to continue to <strong>${quoted(page.app.label)}</strong></p>`}
    ${error !== undefined && alert('error', 'loginError', error)}
    ${postForm({ name: 'login', action, carried: page, body: fields(page) })}
    ${step === 'password' && page.otherUserUrl !== undefined && html`<p class="sp-after">${link(page.otherUserUrl, 'Log in as another user')}</p>`}`
  return layout(page, { title: error === undefined ? 'Login' : 'Error: Login', body })
}

function fields(page: LoginPage): Html {
  const remember = { id: 'rememberUn', label: 'Remember me', checked: page.rememberUsername }
  return html`${textField(usernameField(page))}${page.step !== 'username' && textField(passwordField(page))}
    <div class="sp-actions">
      ${submit({ id: 'Login', label: page.step === 'username' ? 'Next' : 'Log In', variant: 'brand' })}
    </div>
    ${page.step !== 'password' && checkbox(remember)}`
}

function usernameField({ step, username, error }: LoginPage): Field {
  return {
    ...{ id: 'username', name: 'username', group: 'usernamegroup', label: 'Username' },
    ...{ type: 'text', inputmode: 'email', autocomplete: 'username', value: username },
    focus: step === 'username' || (step === 'whole' && username === ''),
    readonly: step === 'password',
    error: error !== undefined && step !== 'password' ? 'error' : undefined,
  }
}

function passwordField({ step, username, error }: LoginPage): Field {
  return {
    ...{ id: 'password', name: 'pw', label: 'Password', type: 'password', autocomplete: 'current-password' },
    focus: step === 'password' || username !== '',
    error: error === undefined ? undefined : 'error',
  }
}
