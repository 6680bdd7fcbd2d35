/** The headers that every page carries. No script runs on any page, so the policy forbids them all. */

export type PageHeaders = Readonly<Record<string, string>>

export type PageHeaderOptions = {
  /** Absolute addresses that a redirect may lead to after this page's form was posted, e.g. the client's callback: browsers
   *  hold `form-action` against such redirects too. Not only for consent: a login can end at the callback as well. */
  readonly formActions: readonly string[]
  /** `kept` on the pages of an authorization: an app that opened them in a popup watches that window and hears from its own
   *  callback through it. `cut`, the default, on all others. */
  readonly opener?: 'kept' | 'cut'
}

/** Complete and ready to send, names in lower case. Values hold only what was parsed from an address and is free of spaces,
 *  separators and line ends. Throws `FORM_ACTION_UNUSABLE` for what cannot be a callback (SF-84): relative, or a scheme that runs
 *  or reads something in place. */
export function pageHeaders({ formActions, opener = 'cut' }: PageHeaderOptions): PageHeaders {
  const targets = ["'self'", ...new Set(formActions.map(sourceExpression))].join(' ')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [...contentRules, `form-action ${targets}`].join('; '),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin', // with no-referrer a browser posts our own forms with `Origin: null`
    'cache-control': 'no-store',
    'cross-origin-opener-policy': opener === 'kept' ? 'unsafe-none' : 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': permissions,
  }
}

const contentRules = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
]

const permissions = [
  'camera',
  'microphone',
  'geolocation',
  'payment',
  'usb',
  'display-capture',
  'publickey-credentials-get',
]
  .map((feature) => `${feature}=()`)
  .join(', ')

const runsInPlace = new Set([
  'javascript:',
  'data:',
  'blob:',
  'file:',
  'filesystem:',
  'about:',
  'vbscript:',
  'view-source:',
])
const plainScheme = /^[a-z][a-z0-9+.-]*:$/
const plainHost = /^[a-z0-9.-]+(?::[0-9]+)?$/

/** `https://host:port`; for a custom scheme the scheme alone. Also where a host has no spelling in a policy, as IPv6
 *  addresses have none: wider, but the other choice is a login that cannot end. */
function sourceExpression(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || runsInPlace.has(url.protocol) || !plainScheme.test(url.protocol))
    throw new Error(`FORM_ACTION_UNUSABLE ${JSON.stringify(address)} is no callback that a form may lead to`)
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  return web && plainHost.test(url.host) ? url.origin : url.protocol
}
