/** The consent page: which app asks for what, and as whom one is logged in (SF-90 to SF-92). */
import { link } from './addresses.ts'
import { tickIcon } from './drawings.ts'
import { postForm, submit, type Carried } from './forms.ts'
import { html, type Html } from './html.ts'
import { layout, quoted, type Frame } from './layout.ts'

export type ScopeInWords = { readonly scope: string; readonly words: string }

export type ConsentPage = Frame &
  Carried & {
    readonly action: string
    readonly app: {
      readonly label: string
      /** The publisher's contact, an email address or telephone number as registered. */
      readonly contact: string
      readonly description?: string | undefined
      readonly infoUrl?: string | undefined
    }
    readonly user: { readonly username: string; readonly displayName: string }
    /** In the order to be shown; scopes with the same words become one line. */
    readonly scopes: readonly ScopeInWords[]
    /** Logs out and starts the same request again. */
    readonly notYouUrl: string
    /** Host or scheme to which both answers lead, so that a person can see an unexpected one. */
    readonly returnsTo?: string | undefined
  }

/** The whole document. Posts `oaapprove` or `oadeny`, and the hidden fields. Nothing has the focus: an absent-minded Enter
 *  must approve nothing. */
export function consentPage(page: ConsentPage): string {
  const { app, user } = page
  const body = html`<h1 class="slds-text-heading_medium">Allow Access?</h1>
    <p class="sp-lead"><strong>${quoted(app.label)}</strong> is asking to:</p>
    <ul class="sp-scopes">
      ${lines(page.scopes)}
    </ul>
    ${app.description !== undefined && html`<p>${quoted(app.description)}</p>`}
    <p>
      Do you want to allow access for <strong>${quoted(user.displayName)}</strong> (${quoted(user.username)})?
      ${link(page.notYouUrl, 'Not you?')}
    </p>
    ${postForm({ name: 'editPage', action: page.action, carried: page, body: buttons })} ${facts(page)}
    <p class="sp-after">Your administrator can revoke this access at any time.</p>`
  return layout(page, { title: `Allow access for ${app.label}?`, body, width: 'wide' })
}

const buttons: Html = html`<div class="sp-actions sp-actions_row">
  ${submit({ id: 'oadeny', label: 'Deny', variant: 'neutral' })}${submit({ id: 'oaapprove', label: 'Allow', variant: 'brand' })}
</div>`

function lines(scopes: readonly ScopeInWords[]): Html[] {
  const byWords = Map.groupBy(scopes, (each) => each.words)
  return [...byWords].map(([words, same]) => {
    const names = same.map((each) => each.scope).join(', ')
    return html`<li>
      ${tickIcon}<span>${quoted(words)} <span class="sp-scope">${quoted(names)}</span></span>
    </li> `
  })
}

function facts({ app, returnsTo }: ConsentPage): Html {
  return html`<dl class="sp-facts">
    <div>
      <dt>Publisher contact</dt>
      <dd>${quoted(app.contact)}</dd>
    </div>
    ${
      app.infoUrl !== undefined &&
      html`<div>
        <dt>About the app</dt>
        <dd>${link(app.infoUrl, app.infoUrl)}</dd>
      </div>`
    }
    ${
      returnsTo !== undefined &&
      html`<div>
        <dt>You return to</dt>
        <dd>${quoted(returnsTo)}</dd>
      </div>`
    }
  </dl>`
}
