/** The few pages that a person sees on the way: no script, nothing from elsewhere, no address handed on, readable on a phone. */
import { hash } from 'node:crypto'

export type Page = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type PageWords = {
  readonly status: number
  readonly title: string
  /** Each its own paragraph; plain text. */
  readonly lines: readonly string[]
  /** A form with nothing but its button. `action` is a path of this server. */
  readonly button?: { readonly action: string; readonly label: string } | undefined
  /** Where a redirect may lead after the button, besides any https: login host, its My Domain, a company's own identity provider. */
  readonly mayLeadTo?: string | undefined
}

export function pageOf({ status, title, lines, button, mayLeadTo }: PageWords): Page {
  const form =
    button === undefined
      ? ''
      : `<form method="post" action="${escaped(button.action)}"><button type="submit">${escaped(button.label)}</button></form>`
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1>${lines.map((line) => `<p>${escaped(line)}</p>`).join('')}${form}</main></body>
</html>
`
  return { status, headers: headersOf(button === undefined ? undefined : (mayLeadTo ?? '')), body }
}

const style =
  'body{margin:0;background:#f3f3f3;color:#181818;font:16px/1.5 system-ui,sans-serif}main{max-width:32rem;margin:12vh auto 0;padding:2rem;background:#fff;border-radius:.25rem;overflow-wrap:anywhere}h1{font-size:1.25rem;margin-top:0}button{font:inherit;color:#fff;background:#0176d3;border:0;border-radius:.25rem;padding:.75rem 1.25rem;width:100%;cursor:pointer}button:focus-visible{outline:3px solid #014486;outline-offset:2px}'
const styleHash = `'sha256-${hash('sha256', style, 'base64')}'`

/** `formTo`: undefined where the page has no form. Browsers hold form-action against redirects after the form as well, and an org may send its users
 *  to an identity provider of its own, so that https cannot be named host by host. */
function headersOf(formTo: string | undefined): Readonly<Record<string, string>> {
  const actions = formTo === undefined ? "'none'" : ["'self'", 'https:', ...originOf(formTo)].join(' ')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src ${styleHash}; base-uri 'none'; frame-ancestors 'none'; form-action ${actions}`,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-robots-tag': 'noindex',
  }
}

const originOf = (url: string): readonly string[] => (URL.canParse(url) ? [new URL(url).origin] : [])

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
