import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { pageHeaders } from './security-headers.ts'

function formAction(...formActions: string[]): string | undefined {
  const policy = pageHeaders({ formActions })['content-security-policy'] ?? ''
  return policy.split('; ').find((rule) => rule.startsWith('form-action'))
}

describe('page headers', () => {
  test('the whole set for a page that posts only to us', () =>
    deepEqual(pageHeaders({ formActions: [] }), {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy':
        'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), publickey-credentials-get=()',
    }))

  test('a page of an authorization keeps the window that opened it', () =>
    equal(pageHeaders({ formActions: [], opener: 'kept' })['cross-origin-opener-policy'], 'unsafe-none'))

  const callbacks = {
    'https://app.example/cb?x=1': "form-action 'self' https://app.example", // path and query play no part after a redirect
    'https://APP.example:8443/cb': "form-action 'self' https://app.example:8443",
    'http://localhost:1717/OauthRedirect': "form-action 'self' http://localhost:1717", // SF-84
    'cursor://anysphere/callback': "form-action 'self' cursor:", // SF-84
    'com.acme.app:/oauth': "form-action 'self' com.acme.app:",
    'https://bücher.example/': "form-action 'self' https://xn--bcher-kva.example",
    'http://[::1]:1717/cb': "form-action 'self' http:", // an IPv6 address has no spelling in a policy
    "https://a'b.example/": "form-action 'self' https:",
    'https://app.example/;script-src *': "form-action 'self' https://app.example",
    'https://user:pass@app.example/': "form-action 'self' https://app.example",
  }
  for (const [callback, expected] of Object.entries(callbacks))
    test(`${callback} opens ${expected}`, () => equal(formAction(callback), expected))

  test('an origin is named once', () =>
    equal(formAction('https://a.example/1', 'https://a.example/2', 'x:/'), "form-action 'self' https://a.example x:"))

  for (const unusable of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    '/callback',
    '',
  ])
    test(`${JSON.stringify(unusable)} is refused`, () => throws(() => formAction(unusable), /FORM_ACTION_UNUSABLE/))

  test('no address, however made, adds a rule, a source or a header line', () => {
    let accepted = 0
    const hostile = fc
      .tuple(fc.constantFrom('https://', 'http://a', 'x:', 'https://a.example/', ''), fragments)
      .map((two) => two.join(''))
    fc.assert(
      fc.property(hostile, (address) => {
        const rule = formActionOrRefusal(address)
        if (rule === 'refused') return
        accepted += 1
        equal(/^form-action 'self' [a-z][a-z0-9+.-]*:(?:\/\/[a-z0-9.-]+(?::\d+)?)?$/.test(rule), true, rule)
        equal(pageHeaders({ formActions: [address] })['content-security-policy']?.split(';').length, 6)
      }),
      { numRuns: 500 },
    )
    equal(accepted > 50, true, `only ${accepted} addresses were accepted, so this showed little`)
  })
})

const fragments = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        ';',
        ' ',
        ',',
        '\r\n',
        '\n',
        '\t',
        '*',
        '%0d%0a',
        "'unsafe-inline'",
        '"',
        ':',
        '@',
        '\0',
        'é',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

function formActionOrRefusal(address: string): string {
  try {
    return formAction(address) ?? 'no rule'
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('FORM_ACTION_UNUSABLE')) return 'refused'
    throw cause
  }
}
