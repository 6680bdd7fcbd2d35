/** What every page shares: head, the organization's name above a card, one main region. */
import { stylesheetPath, iconPath } from './assets.ts'
import { html, type Html } from './html.ts'
import { alertIcon, gate } from './drawings.ts'

/** As shown in the header and in every title. */
export type Organization = { readonly name: string }
/** SF-79; `mobile` is told apart by no page and comes in as `touch`. */
export type Display = 'page' | 'popup' | 'touch'
/** What every page takes. `display` left out is `page`. */
export type Frame = { readonly organization: Organization; readonly display?: Display | undefined }

export type Card = { readonly title: string; readonly body: Html; readonly width?: 'narrow' | 'wide' }

/** A whole document. `title` says where one is; the organization's name follows it in the browser's tab. */
export function layout({ organization, display = 'page' }: Frame, { title, body, width = 'narrow' }: Card): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} | ${organization.name}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" type="image/svg+xml" href="${iconPath}" />
        <link rel="stylesheet" href="${stylesheetPath}" />
      </head>
      <body class="sp-page sp-display_${display}">
        <header class="sp-brand">
          ${gate}<span class="sp-brand__name"><bdi>${organization.name}</bdi></span>
        </header>
        <main class="slds-card sp-card_${width}">${body}</main>
      </body>
    </html> `
  return document.toString()
}

/** Text that came from outside, in an element of its own: a right-to-left override in it turns nothing around it. */
export function quoted(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/** An error above a form, announced when it appears and pointed at by the fields' `aria-describedby`. */
export function alert(id: string, className: string, words: string): Html {
  return html`<div id="${id}" class="${className} sp-alert" role="alert">${alertIcon}<span>${words}</span></div>`
}
