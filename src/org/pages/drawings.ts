/** The project's drawings, inline: no request, and they take the text's colour. */
import { html, type Html } from './html.ts'

/** A sally port: the arched gate in a wall, its portcullis half raised. */
export const gate: Html = html`<svg class="sp-brand__gate" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
  <path fill="currentColor" d="M4 6h8v5h6V6h12v5h6V6h8v38h-9V29a11 11 0 0 0-22 0v15H4z" />
  <path fill="none" stroke="currentColor" stroke-width="2.5" d="M19 27v9M24 24v14M29 27v9M16.5 31h15" />
</svg>`

export const alertIcon: Html = html`<svg class="sp-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
  <path fill="currentColor" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.2 5h2.4v6.6h-2.4zm0 8.2h2.4v2.4h-2.4z" />
</svg>`

export const tickIcon: Html = html`<svg
  class="sp-icon sp-icon_tick"
  viewBox="0 0 24 24"
  aria-hidden="true"
  focusable="false"
>
  <path fill="none" stroke="currentColor" stroke-width="2.5" d="M5 12.5l4.5 4.5L19 7.5" />
</svg>`
