/** What an authorization request is answered with, and where the answer goes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { callback, clientId, openFlowOrg, type FlowOrg } from './flow-org.ts'
import { openVisitor, type Visitor } from './visitor.ts'
import { allow, answered, authorizePath, deny, logIn, toConsent } from './walk.ts'

let org: FlowOrg
const visitor = (): Visitor => openVisitor(org.origin)
before(async () => void (org = await openFlowOrg({ limits: { loginsPerUserHour: 1000 } })))
after(() => org.close())
afterEach(() => org.app({}))

type Code = { readonly [column: string]: string | number | null }
const codes = (): Promise<Code[]> => org.rows<Code>('SELECT * FROM codes ORDER BY rowid')

describe('SF-86: state comes back byte for byte', () => {
  const states = [
    'a b+c%20d',
    'ä€😀',
    '&code=evil&state=2',
    'x=y#fragment',
    '\r\nSet-Cookie: a=b',
    '\0',
    '"<>\'',
    '%',
    ' ',
  ]
  for (const state of states)
    test(JSON.stringify(state), async () => {
      const page = await visitor().get(authorizePath({ state, scope: 'nothing' }))
      const { searchParams } = new URL(page.location)
      deepEqual(searchParams.getAll('state'), [state])
      equal(page.headers['set-cookie'], undefined)
      equal(searchParams.get('error'), 'invalid_scope')
    })

  test('an empty state is none', async () => {
    const page = await visitor().get(authorizePath({ state: '', scope: 'nothing' }))
    equal(new URL(page.location).searchParams.has('state'), false)
  })

  test('a callback with a query of its own keeps it', async () => {
    const page = await visitor().get(
      authorizePath({ redirect_uri: 'https://client.example/second?tenant=7', scope: 'nothing', state: 's' }),
    )
    ok(page.location.startsWith('https://client.example/second?tenant=7&error=invalid_scope&'), page.location)
  })

  test('SF-84: a callback may have a scheme of its own', async () => {
    const page = await visitor().get(authorizePath({ redirect_uri: 'cursor://done', scope: 'nothing' }))
    ok(page.location.startsWith('cursor://done?error='))
  })
})

describe('SF-81, SF-83: no open redirect', () => {
  const redirects: Record<string, string | undefined> = {
    'is left out, though only one would do': undefined,
    'is empty': '',
    'is of another host': 'https://evil.example/cb',
    'has a prefix that fits': `${callback}/more`,
    'has a query more': `${callback}?x=1`,
    'has a fragment more': `${callback}#x`,
    'differs in case': 'https://client.example/CB',
    'has another port': 'https://client.example:443/cb',
    'has a user in it': 'https://client.example@evil.example/cb',
    'has a dot segment': 'https://client.example/x/../cb',
    'is percent-encoded otherwise': 'https://client.example/%63b',
    'has a blank behind it': `${callback} `,
    'has a line end behind it': `${callback}\r\nLocation: https://evil.example`,
    'has a NUL behind it': `${callback}\0`,
    'has no scheme': '//client.example/cb',
    'runs a script': 'javascript:alert(1)//https://client.example/cb',
    'is two of them': `${callback}\nhttps://evil.example/`,
  }
  for (const [sentence, redirect_uri] of Object.entries(redirects))
    test(`a redirect_uri that ${sentence} is answered in place`, async () => {
      const page = await visitor().get(authorizePath({ redirect_uri, state: 's' }))
      deepEqual([page.status, page.location], [400, ''])
      const error = redirect_uri ? 'redirect_uri_mismatch' : 'redirect_uri_missing'
      ok(page.body.includes(`error=${error}&error_description=`))
      equal(page.body.includes('evil.example'), false)
    })

  test('SF-61: an unknown client is answered in place, whatever its redirect_uri', async () => {
    for (const client_id of ['nobody', '', undefined, 'x'.repeat(3000), `${clientId}\0`, '__proto__']) {
      const page = await visitor().get(authorizePath({ client_id }))
      deepEqual([page.status, page.location], [400, ''])
      ok(page.body.includes('error=invalid_client_id&error_description=client%20identifier%20invalid'))
    }
  })

  test('a parameter given twice is answered in place', async () => {
    for (const again of ['&redirect_uri=https%3A%2F%2Fevil.example', '&client_id=x', '&state=a&state=b'])
      match((await visitor().get(authorizePath() + again)).body, /error=invalid_request&error_description=parameter/)
  })

  test('a request that is no UTF-8, or longer than an address can carry, is answered in place', async () => {
    match((await visitor().get(`${authorizePath()}&state=%FF`)).body, /malformed request/)
    const long = await visitor().get(authorizePath({ state: 'x'.repeat(6000) }))
    deepEqual([long.status, long.location], [400, ''])
    match(long.body, /request too long/)
  })

  test('a request as long as the limit allows walks through all redirects, sealed and sealed again', async () => {
    const state = '€'.repeat(630)
    const ana = openVisitor(org.origin, { from: '127.0.0.9' })
    const start = await ana.post('/services/oauth2/authorize', authorizePath({ state }).split('?')[1] ?? '')
    const asked = await ana.follow(await logIn(ana, await ana.follow(start)))
    const code = (await org.verificationCode()) ?? ''
    const consent = await ana.follow(await ana.submit(asked, { emc: code, save: 'Verify' }))
    equal(answered(await ana.submit(consent, allow))['state'], state)
  })
})

describe('refusals that the client hears of', () => {
  const refusals: Record<string, [Record<string, string | undefined>, [string, string]]> = {
    'SF-80: an unknown response_type': [
      { response_type: 'device_code' },
      ['unsupported_response_type', 'response type not supported'],
    ],
    'SF-74: no response_type': [{ response_type: undefined }, ['invalid_request', 'missing required parameter']],
    'SF-77: a scope that the app has not': [
      { scope: 'api web' },
      ['invalid_scope', 'the requested scope is not allowed'],
    ],
    'SF-97: the challenge method plain': [
      { code_challenge_method: 'plain' },
      ['invalid_request', 'code challenge method not supported'],
    ],
    'SF-93: a challenge of another form': [{ code_challenge: 'short' }, ['invalid_request', 'invalid code challenge']],
  }
  for (const [sentence, [change, [error, error_description]]] of Object.entries(refusals))
    test(sentence, async () => {
      const page = await visitor().get(authorizePath({ ...change, state: 's' }))
      equal(page.status, 302)
      deepEqual(answered(page), { error, error_description, state: 's' })
    })

  test('SF-80: for the user-agent flow the answer stands in the fragment', async () => {
    const page = await visitor().get(authorizePath({ response_type: 'token', state: 's' }))
    ok(page.location.startsWith(`${callback}#error=unsupported_response_type&`))
    ok(page.location.endsWith('&state=s'))
  })

  test('SF-65: PKCE that the app requires and the request lacks', async () => {
    org.app({}, { isPkceRequired: true })
    const page = await visitor().get(authorizePath({ code_challenge: undefined }))
    deepEqual(answered(page), { error: 'invalid_request', error_description: 'missing required code challenge' })
    ok((await visitor().get(authorizePath())).location.startsWith('/?ec=302'))
    const row = (await org.history()).find(({ decision }) => decision === 'pkce')
    match(row?.trace ?? '', /"code":"CHALLENGE_MISSING".*"requiredBy":"app"/)
  })

  test('SF-82: PKCE that only the org requires is told on the error page, not to the client', async () => {
    org.app({}, { isPkceRequired: false, orgRequiresPkce: true })
    const ana = visitor()
    const page = await ana.get(authorizePath({ code_challenge: undefined }))
    equal(page.location, '/setup/secur/RemoteAccessErrorPage.apexp?error=OAUTH_APPROVAL_ERROR_GENERIC')
    match((await ana.follow(page)).body, /OAUTH_APPROVAL_ERROR_GENERIC/)
  })

  test('SF-82: an app that is switched off is told on the error page', async () => {
    org.app({ isEnabled: false })
    const page = await visitor().get(authorizePath({ code_challenge: 'short' }))
    equal(page.location, '/setup/secur/RemoteAccessErrorPage.apexp?error=OAUTH_EC_APP_NOT_FOUND')
    match((await visitor().get(page.location)).body, /OAUTH_EC_APP_NOT_FOUND/)
  })

  test('the error page says only what is known to it', async () => {
    const { body } = await visitor().get(
      '/setup/secur/RemoteAccessErrorPage.apexp?error=Call%20555&error_description=Call%20555',
    )
    equal(body.includes('555'), false)
  })

  test('P-11: refusals that anybody can cause are counted, not written singly', async () => {
    for (let i = 0; i < 5; i += 1) await visitor().get(authorizePath({ scope: 'cdp_api' }))
    const rows = (await org.history()).filter(({ trace }) => trace?.includes('cdp_api'))
    ok(rows.length <= 1)
  })
})

describe('PKCE quirks of real clients', () => {
  test('SF-96: a challenge without a method is bound as S256', async () => {
    const ana = visitor()
    await ana.submit(await toConsent(ana, authorizePath()), allow)
    equal((await codes()).at(-1)?.['challenge_method'], 'S256')
  })

  test('no challenge is needed where nobody requires one', async () => {
    const ana = visitor()
    await ana.submit(await toConsent(ana, authorizePath({ code_challenge: undefined })), allow)
    equal((await codes()).at(-1)?.['challenge'], null)
  })
})

describe('compat settings', () => {
  test('SF-70: the code of a denial is the installation’s choice', async () => {
    await using strange = await openFlowOrg({ compat: { denyCode: 'access-denied' } })
    const ana = openVisitor(strange.origin)
    const back = await ana.submit(await toConsent(ana, authorizePath()), deny)
    equal(answered(back)['error'], 'access-denied')
  })
})

describe('assets', () => {
  test('the stylesheet that a page names is served', async () => {
    const ana = visitor()
    const path = /href="(\/assets\/[^"]*\.css)"/.exec((await ana.get('/login')).body)?.[1] ?? ''
    const sheet = await ana.get(path)
    deepEqual([sheet.status, sheet.headers['content-type']], [200, 'text/css; charset=utf-8'])
  })
})
