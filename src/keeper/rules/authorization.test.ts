import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authorizeUrl, cameTo, faultOfPrompt, faultOfScopes, parseRedirect, readCallback } from './authorization.ts'

const wish = {
  ...{ loginUrl: 'https://login.salesforce.com', clientId: '3MVG9&x', redirectUri: 'https://partner.example/cb?a=1' },
  ...{ state: 'S', challenge: 'C', scopes: undefined, loginHint: undefined, prompt: undefined },
}

test('the address of the login page says what SF-74 asks for, each part encoded, and nothing that was not said', () => {
  const url = new URL(authorizeUrl(wish))
  equal(url.origin + url.pathname, 'https://login.salesforce.com/services/oauth2/authorize')
  deepEqual(Object.fromEntries(url.searchParams), {
    ...{ response_type: 'code', client_id: '3MVG9&x', redirect_uri: 'https://partner.example/cb?a=1', state: 'S' },
    ...{ code_challenge: 'C', code_challenge_method: 'S256' },
  })
  const more = new URL(authorizeUrl({ ...wish, scopes: 'api refresh_token', loginHint: 'a+b@x.y', prompt: 'login' }))
  deepEqual([...more.searchParams].slice(6), [
    ['scope', 'api refresh_token'],
    ['login_hint', 'a+b@x.y'],
    ['prompt', 'login'],
  ])
})

describe('scopes and prompts', () => {
  for (const [scopes, good] of [
    [undefined, true],
    ['refresh_token', true],
    ['api  offline_access', true],
    ['api web', false],
    ['', false],
    ['refresh_tokens', false],
  ] as const)
    test(`${String(scopes)} ${good ? 'can be kept alive (SF-78)' : 'asks for no refresh token'}`, () =>
      equal(faultOfScopes(scopes) === undefined, good))
  for (const [prompt, good] of [
    [undefined, true],
    ['login consent', true],
    ['none', false],
    ['login\r\n', false],
  ] as const)
    test(`the prompt ${JSON.stringify(prompt)} is ${good ? 'good' : 'none'}`, () =>
      equal(faultOfPrompt(prompt) === undefined, good))
})

describe('a redirect URI', () => {
  const cases = {
    'https://partner.example/cb': 'elsewhere',
    'http://localhost:1717/OauthRedirect': 'localhost 1717',
    'http://127.0.0.1/cb': '127.0.0.1 80',
    'http://[::1]:7/cb': '[::1] 7',
    'http://partner.example/cb': 'would carry the code in the clear',
    'http://127.0.0.1.evil.example/': 'would carry the code in the clear',
    'https://partner.example/cb#x': 'has a fragment',
    'https://a:b@partner.example/': 'holds credentials',
    'cursor://callback': 'is neither https nor http',
    'https://partner.example/a b': 'is no URL',
    'partner.example': 'is no URL',
  }
  for (const [text, means] of Object.entries(cases))
    test(`${text}: ${means}`, () => {
      const read = parseRedirect(text)
      if (!read.ok) return equal(read.fault, means)
      const { loopback } = read.value
      equal(loopback === undefined ? 'elsewhere' : `${loopback.host} ${loopback.port}`, means)
    })
})

describe('a callback', () => {
  test('carries a code, or an error', () => {
    deepEqual(readCallback('https://x/cb?code=a%3D&state=s'), {
      ok: true,
      value: { state: 's', answer: { kind: 'code', code: 'a=' } },
    })
    deepEqual(readCallback('https://x/cb?error=access_denied&error_description=no&state=s&code=c'), {
      ok: true,
      value: { state: 's', answer: { kind: 'error', error: 'access_denied', description: 'no' } },
    })
  })
  for (const [text, says] of [
    ['nothing', /no URL/],
    [`https://x/?state=s&code=${'c'.repeat(9000)}`, /no URL/],
    ['https://x/?code=c', /no state/],
    ['https://x/?state=s', /neither/],
    ['https://x/?state=s&state=s&code=c', /twice/],
    ['https://x/?state=s&error=a&error=b', /twice/],
    ['https://x/#state=s&code=c', /no state/],
  ] as const)
    test(`${text.slice(0, 40)} is refused, and not quoted`, () => {
      const read = readCallback(text)
      match(read.ok ? '' : read.fault, says)
    })

  for (const [came, named, same] of [
    ['https://x.example/cb?code=c', 'https://x.example/cb', true],
    ['https://X.example/cb?a=1&code=c', 'https://x.example/cb?a=1', true],
    ['https://x.example/cb?code=c', 'https://x.example/cb?a=1', false],
    ['https://x.example/cb/?code=c', 'https://x.example/cb', false],
    ['http://x.example/cb?code=c', 'https://x.example/cb', false],
    ['https://x.example:8443/cb?code=c', 'https://x.example/cb', false],
    ['nowhere', 'https://x.example/cb', false],
  ] as const)
    test(`${came} ${same ? 'came' : 'did not come'} to ${named}`, () => equal(cameTo(came, named), same))
})
