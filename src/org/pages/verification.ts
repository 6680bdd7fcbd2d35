/** The page that asks for the code of a login from an unknown browser (SF-91, SF-150). */
import { checkbox, postForm, submit, textField, type Carried } from './forms.ts'
import { html, type Html } from './html.ts'
import { alert, layout, quoted, type Frame } from './layout.ts'

/** Where the code is to be found; an address comes in masked already (`a•••@example.com`). */
export type CodeSource = { readonly kind: 'email'; readonly maskedAddress: string } | { readonly kind: 'authenticator' }

export type VerificationPage = Frame &
  Carried & {
    readonly action: string
    readonly username: string
    readonly codeSource: CodeSource
    /** Offers "Don't ask again", posted as `RememberDeviceCheckbox`. */
    readonly offerRemember: boolean
    /** Offers a second button, posted as `resend`. */
    readonly offerResend: boolean
    readonly error?: string | undefined
  }

/** The whole document. Posts `emc` and `save`, or `resend` without a code. */
export function verificationPage(page: VerificationPage): string {
  const { action, error, username } = page
  const body = html`<h1 class="slds-text-heading_medium">Verify Your Identity</h1>
    <p class="sp-lead">
      You’re logging in as <strong>${quoted(username)}</strong> from a browser that we don’t know yet.
    </p>
    <p>${whereToLook(page.codeSource)}</p>
    ${error !== undefined && alert('error', 'loginError', error)}
    ${postForm({ name: 'verification', action, carried: page, body: fields(page) })}`
  return layout(page, { title: error === undefined ? 'Verify Your Identity' : 'Error: Verify Your Identity', body })
}

function whereToLook(source: CodeSource): Html {
  switch (source.kind) {
    case 'email':
      return html`Enter the verification code that we sent to <strong>${quoted(source.maskedAddress)}</strong>.`
    case 'authenticator':
      return html`Enter the verification code that your authenticator app shows.`
  }
}

function fields({ error, offerRemember, offerResend }: VerificationPage): Html {
  const code = textField({
    ...{ id: 'emc', name: 'emc', label: 'Verification Code', type: 'text', autocomplete: 'one-time-code' },
    ...{ inputmode: 'numeric', maxlength: 16, focus: true, error: error === undefined ? undefined : 'error' },
  })
  return html`${code}${offerRemember && checkbox({ id: 'RememberDeviceCheckbox', label: 'Don’t ask again on this browser', checked: false })}
    <div class="sp-actions">
      ${submit({ id: 'save', label: 'Verify', variant: 'brand' })}${offerResend && submit({ id: 'resend', label: 'Resend Code', variant: 'neutral' })}
    </div>`
}
