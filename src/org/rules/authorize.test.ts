import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from '../../ip/address.ts'
import { appName, consumerKey, settingsVersion } from '../../values/domain.ts'
import { hours, instant } from '../../values/time.ts'
import type { App } from './app.ts'
import { judgeAuthorize, returnUrl, type AuthorizeJudgement, type ReturnAddress } from './authorize.ts'
import { readAuthorizeParameters } from './authorize-parameters.ts'
import type { Pkce } from './pkce.ts'
import { deny, type Bound } from './policy.ts'

const callback = 'https://client.example/cb'
const app: App = {
  ...{ name: appName('Flow'), kind: 'externalClientApp', label: 'Flow', contactEmail: 'c@x.example' },
  ...{ consumerKey: consumerKey('3MVG9flow'), callbacks: [callback], scopes: ['api'], isEnabled: true },
  ...{ isConsumerSecretOptional: false, isIntrospectAllTokens: false, sessionTimeout: hours(2) },
  ...{ idTokenValidity: hours(1), idTokenAudience: [], version: settingsVersion(1) },
}
const policy = (requiredBy: 'app' | 'org'): Bound => ({
  id: 'pkce-required',
  guard: () => deny('CHALLENGE_MISSING', { requiredBy }),
  silent: { policy: 'x', vote: 'abstain' },
  terms: undefined,
  signals: undefined,
})
const lengths = { verifierMin: 43, verifierMax: 256 }
const pkce: Pkce = { ...lengths, defaultMethod: 'S256', allowPlain: false, unboundVerifier: 'reject' }
const address = parseAddress('192.0.2.7')
if (!address.ok) throw new Error('not an address')
const from = { address: address.value, via: 'peer', peer: address.value } as const

type Client = { readonly app: App; readonly policies: readonly Bound[] } | undefined
function judge(change: Record<string, string>, client: Client = { app, policies: [] }): AuthorizeJudgement {
  const form = new Map(Object.entries({ response_type: 'code', redirect_uri: callback, state: 's', ...change }))
  const parameters = readAuthorizeParameters(form)
  return judgeAuthorize({ parameters, client, now: instant('2026-03-01'), from, pkce })
}
const short = (judgement: AuthorizeJudgement): string =>
  judgement.kind === 'sound' ? 'sound' : `${judgement.kind} ${judgement.refusal.code}`

describe('an authorization request', () => {
  test('of an unknown client is answered in place', () => {
    const parameters = readAuthorizeParameters(new Map([['redirect_uri', callback]]))
    const judgement = judgeAuthorize({ parameters, client: undefined, now: instant(0), from, pkce })
    equal(short(judgement), 'direct CLIENT_UNKNOWN')
  })

  const off = { app: { ...app, isEnabled: false }, policies: [] }
  const judgements: Record<string, [AuthorizeJudgement, string]> = {
    'that fits is sound': [judge({}), 'sound'],
    'without a redirect_uri is answered in place (SF-63)': [judge({ redirect_uri: '' }), 'direct REDIRECT_URI_MISSING'],
    'with another redirect_uri is answered in place (SF-83)': [
      judge({ redirect_uri: `${callback}/` }),
      'direct REDIRECT_URI_MISMATCH',
    ],
    'of an app that is off is told on the error page (SF-82)': [judge({}, off), 'error-page APP_NOT_ENABLED'],
    'of an app that is off is told of nothing else': [
      judge({ response_type: 'x', scope: 'y', code_challenge: 'z' }, off),
      'error-page APP_NOT_ENABLED',
    ],
    'without PKCE that the app requires is redirected (SF-65)': [
      judge({}, { app, policies: [policy('app')] }),
      'redirected CHALLENGE_MISSING',
    ],
    'without PKCE that only the org requires is told on the error page (SF-65)': [
      judge({}, { app, policies: [policy('org')] }),
      'error-page CHALLENGE_MISSING',
    ],
    'of an unknown type is redirected, and before any policy': [
      judge({ response_type: 'x' }, { app, policies: [policy('app')] }),
      'redirected RESPONSE_TYPE_NOT_SUPPORTED',
    ],
    'without a type is redirected': [judge({ response_type: '' }), 'redirected PARAMETER_MISSING'],
    'for more scopes than the app has is redirected': [judge({ scope: 'web' }), 'redirected SCOPE_NOT_ALLOWED'],
    'with a malformed challenge is redirected': [judge({ code_challenge: 'x' }), 'redirected CHALLENGE_MALFORMED'],
  }
  for (const [sentence, [judgement, expected]] of Object.entries(judgements))
    test(sentence, () => equal(short(judgement), expected))

  test('of a Connected App that is off names no External Client App', () => {
    const judgement = judge({}, { app: { ...app, kind: 'connectedApp', isEnabled: false }, policies: [] })
    deepEqual(judgement.kind === 'error-page' && judgement.page, 'OAUTH_APPROVAL_ERROR_GENERIC')
  })
})

describe('the way back to the client', () => {
  const to = (change: Partial<ReturnAddress>): ReturnAddress => ({
    uri: callback,
    state: undefined,
    within: 'query',
    ...change,
  })
  const ways: Record<string, [ReturnAddress, string]> = {
    'begins a query': [to({}), 'https://client.example/cb?code=c'],
    'goes on with a query': [to({ uri: `${callback}?a=1` }), 'https://client.example/cb?a=1&code=c'],
    'fills an empty query': [to({ uri: `${callback}?` }), 'https://client.example/cb?code=c'],
    'stays before a fragment': [to({ uri: `${callback}#x` }), 'https://client.example/cb?code=c#x'],
    'replaces a fragment in the user-agent flow': [
      to({ uri: `${callback}#x`, within: 'fragment' }),
      'https://client.example/cb#code=c',
    ],
    'ends with the state, encoded': [
      to({ state: '&code=x\r\n\0 ' }),
      'https://client.example/cb?code=c&state=%26code%3Dx%0D%0A%00%20',
    ],
    'carries only printable ASCII whatever is registered': [
      to({ uri: 'https://client.example/ä\r\n€' }),
      'https://client.example/%C3%A4%0D%0A%E2%82%AC?code=c',
    ],
  }
  for (const [sentence, [way, url]] of Object.entries(ways))
    test(sentence, () => equal(returnUrl(way, { code: 'c' }), url))
})
