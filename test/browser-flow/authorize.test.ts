/** The web server flow in a browser: login, consent, code. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { minutes, seconds } from '../../src/values/time.ts'
import { csrfToken } from '../../src/org/browser/csrf.ts'
import { sha256Hex } from '../../src/org/tokens/mac.ts'
import { callback, openFlowOrg, other, user, type FlowOrg } from './flow-org.ts'
import { openVisitor, type Page, type Visitor } from './visitor.ts'
import { allow, answered, authorizePath, challenge, deny, logIn, toConsent } from './walk.ts'

let org: FlowOrg
const visitor = (): Visitor => openVisitor(org.origin)
before(async () => void (org = await openFlowOrg({ limits: { loginsPerUserHour: 1000 } })))
after(() => org.close())
afterEach(() => org.app({}))

type Code = { readonly [column: string]: string | number | null }
const codes = (): Promise<Code[]> => org.rows<Code>('SELECT * FROM codes ORDER BY rowid')

describe('the web server flow in a browser', () => {
  test('login, consent, code: each page where drivers look for it (SF-89)', async () => {
    const ana = visitor()
    const start = await ana.get(authorizePath({ state: 'abc', scope: 'api refresh_token', nonce: 'n-1' }))
    ok(start.location.startsWith('/?ec=302&startURL='), start.location)
    equal(start.location.includes('/setup/secur/'), false)
    const loginPage = await ana.follow(start)
    match(loginPage.body, /Order Sync/)
    const toConsentPage = await logIn(ana, loginPage)
    ok(toConsentPage.location.startsWith('/setup/secur/RemoteAccessAuthorizationPage.apexp?source='))
    const consentPage = await ana.follow(toConsentPage)
    for (const piece of ['Order Sync', 'support@ordersync.example', 'Perform requests at any time', 'id="oaapprove"'])
      ok(consentPage.body.includes(piece), piece)
    const back = await ana.submit(consentPage, allow)
    deepEqual([back.status, back.headers['referrer-policy']], [302, 'no-referrer'])
    ok(back.location.startsWith(`${callback}?`))
    const { code = '', ...rest } = answered(back)
    deepEqual(rest, { state: 'abc' })
    match(code, /^aPrx[A-Za-z0-9_-]{43}$/)
  })

  test('the code is stored as a hash, with all that its exchange will ask for', async () => {
    const ana = visitor()
    const back = await ana.submit(await toConsent(ana, authorizePath({ scope: 'api', nonce: 'n-1' })), allow)
    const row = (await codes()).at(-1)
    equal(row?.['hash'], sha256Hex(answered(back)['code'] ?? ''))
    const { app, user_id, redirect_uri, scopes, challenge: bound, challenge_method, nonce, used_at } = row ?? {}
    deepEqual(
      { app, user_id, redirect_uri, scopes, bound, challenge_method, nonce, used_at },
      {
        ...{ app: 'Flow', user_id: user.id, redirect_uri: callback, scopes: 'api id', bound: challenge },
        ...{ challenge_method: 'S256', nonce: 'n-1', used_at: null },
      },
    )
    ok(
      (await org.history()).some(
        ({ subType, status, app: name }) => subType === 'authorize' && status === 'Success' && name === 'Flow',
      ),
    )
  })

  test('a consent form that is sent twice makes two codes, each of its own', async () => {
    const ana = visitor()
    const page = await toConsent(ana, authorizePath())
    const [first, second] = [await ana.submit(page, allow), await ana.submit(page, allow)]
    notEqual(answered(first)['code'], answered(second)['code'])
  })

  test('SF-70: a denial is told to the client, with the state', async () => {
    const ana = visitor()
    const back = await ana.submit(await toConsent(ana, authorizePath({ state: 's' })), deny)
    deepEqual(answered(back), {
      error: 'access_denied',
      error_description: 'end-user denied authorization',
      state: 's',
    })
    const [row] = await org.history()
    deepEqual([row?.status, row?.username, row?.app], ['Failed: User Denied', user.username, 'Flow'])
  })

  test('SF-76: a brand behind the path changes nothing, and a POST does the same as a GET', async () => {
    ok((await visitor().get(authorizePath().replace('?', '/acme?'))).location.startsWith('/?ec=302'))
    const posted = await visitor().post('/services/oauth2/authorize', authorizePath().split('?')[1] ?? '')
    ok(posted.location.startsWith('/?ec=302'))
  })

  test('who is logged in already is asked for consent alone', async () => {
    const ana = visitor()
    await logIn(ana, await ana.get('/login'))
    match((await ana.get(authorizePath())).location, /RemoteAccessAuthorizationPage\.apexp/)
  })

  test('"Not you?" logs out and leads back into the same request', async () => {
    const ana = visitor()
    const page = await toConsent(ana, authorizePath({ state: 'kept' }))
    const link = /href="(\/secur\/logout\.jsp[^"]*)"/.exec(page.body)?.[1] ?? ''
    const consent = await ana.follow(await logIn(ana, await ana.follow(await ana.get(link)), other))
    match(consent.body, /bob@acme\.example/)
    equal(answered(await ana.submit(consent, allow))['state'], 'kept')
  })

  test('the pages allow their forms to lead to the callback and nowhere else', async () => {
    const ana = visitor()
    const loginPage = await ana.follow(await ana.get(authorizePath()))
    const consent = await ana.follow(await logIn(ana, loginPage))
    for (const page of [loginPage, consent]) {
      match(String(page.headers['content-security-policy']), /form-action 'self' https:\/\/client\.example$/)
      equal(page.headers['x-frame-options'], 'DENY')
    }
  })
})

describe('consent', () => {
  const twice = async (ana: Visitor, change: Record<string, string> = {}): Promise<Page> => {
    await ana.submit(await toConsent(ana, authorizePath()), allow)
    return await ana.get(authorizePath(change))
  }
  const granted = async (scopes: string, ended: string | null = null): Promise<Visitor> => {
    const fresh = { id: sha256Hex(`${scopes}${ended}${Math.random()}`).slice(0, 32), scopes, ended }
    await org.storage.write('addGrant', fresh)
    const ana = visitor()
    await logIn(ana, await ana.get('/login'))
    return ana
  }

  test('an approval that came to no grant is asked for again', async () => {
    match((await twice(visitor())).location, /RemoteAccessAuthorizationPage/)
  })

  test('a revoked approval is asked for again', async () => {
    const ana = await granted('api refresh_token openid id', 'revoked')
    match((await ana.get(authorizePath())).location, /RemoteAccessAuthorizationPage/)
  })

  test('SF-164: an approval is asked for once; afterwards the code comes at once', async () => {
    const ana = await granted('api id')
    match((await ana.get(authorizePath())).location, /RemoteAccessAuthorizationPage/) // more than was approved
    ok(answered(await ana.get(authorizePath({ scope: 'api' })))['code'])
    ok(answered(await ana.get(authorizePath({ scope: 'api', immediate: 'true' })))['code'])
  })

  test('prompt=consent asks all the same', async () => {
    const ana = await granted('api id', 'expired')
    match((await ana.get(authorizePath({ scope: 'api', prompt: 'consent' }))).location, /RemoteAccessAuthorizationPage/)
  })

  test('a form without the token, or with that of another request, approves nothing', async () => {
    const issued = (await codes()).length
    const ana = visitor()
    const page = await toConsent(ana, authorizePath({ state: 'one' }))
    const anotherSource = (await ana.get(authorizePath({ state: 'two' }))).location.split('source=')[1] ?? ''
    for (const forged of [{ csrf: '' }, { csrf: 'x'.repeat(43) }, { source: anotherSource }])
      equal((await ana.submit(page, { ...allow, ...forged })).status, 403)
    equal((await codes()).length, issued)
  })

  test('a form of the login before approves nothing in the next', async () => {
    const ana = visitor()
    const page = await toConsent(ana, authorizePath())
    await logIn(ana, await ana.get('/login'), other)
    equal((await ana.submit(page, allow)).status, 403)
  })

  test('without a login the form leads to one', async () => {
    const ana = visitor()
    const page = await toConsent(ana, authorizePath())
    ana.cookies.delete('sid')
    ok((await ana.submit(page, allow)).location.startsWith('/?ec=302'))
  })

  test('the settings are those of the moment: a callback that was removed meanwhile gets nothing', async () => {
    const ana = visitor()
    const page = await toConsent(ana, authorizePath())
    org.app({ callbacks: ['https://elsewhere.example/'] })
    const { status, body, location } = await ana.submit(page, allow)
    deepEqual([status, location], [400, ''])
    match(body, /redirect_uri_mismatch/)
  })

  test('a request that has waited too long, or was altered, has to start again', async () => {
    const ana = visitor()
    const page = await ana.get(authorizePath())
    const source = decodeURIComponent(page.location).split('source=')[1] ?? ''
    const path = '/setup/secur/RemoteAccessAuthorizationPage.apexp?source='
    const altered = `${source.slice(0, 40)}${source[40] === 'A' ? 'B' : 'A'}${source.slice(41)}`
    for (const bad of [altered, '', 'AAAA', source.slice(0, -4), '%00'])
      match((await ana.get(path + bad)).body, /the authorization request has expired/)
    org.advance(minutes(31))
    match((await ana.get(path + source)).body, /the authorization request has expired/)
  })
})

describe('prompt, immediate, hints', () => {
  test('SF-79: immediate shows no page, and says so to the client', async () => {
    const expected = { error: 'immediate_unsuccessful', error_description: 'immediate authorization was not possible' }
    const ana = visitor()
    for (const change of [{ immediate: 'true' }, { prompt: 'none' }]) {
      deepEqual(answered(await ana.get(authorizePath({ ...change, scope: 'openid' }))), expected)
    }
    await logIn(ana, await ana.get('/login'), other)
    deepEqual(answered(await ana.get(authorizePath({ immediate: 'true' }))), expected)
  })

  test('immediate=false asks like any other request', async () => {
    ok((await visitor().get(authorizePath({ immediate: 'false' }))).location.startsWith('/?ec=302'))
  })

  for (const prompt of ['login', 'select_account', 'login consent'])
    test(`prompt=${prompt} asks for a new login although there is one`, async () => {
      const ana = visitor()
      await logIn(ana, await ana.get('/login'))
      const start = await ana.get(authorizePath({ prompt }))
      ok(start.location.startsWith('/?ec=302'), start.location)
      const consent = decodeURIComponent(start.location).split('startURL=')[1] ?? ''
      ok((await ana.get(consent)).location.startsWith('/?ec=302')) // going straight to the consent page is no way round
      org.advance(seconds(1))
      const page = await ana.follow(await logIn(ana, await ana.follow(start)))
      match(page.body, /id="oaapprove"/)
      ok(answered(await ana.submit(page, allow))['code'])
    })

  test('a form with a token of its own does not get round prompt=login either', async () => {
    const ana = visitor()
    await logIn(ana, await ana.get('/login'))
    const start = await ana.get(authorizePath({ prompt: 'login' }))
    const source = decodeURIComponent(start.location).split('source=')[1] ?? ''
    const bound = sha256Hex(ana.cookies.get('sid') ?? '')
    const csrf = csrfToken({ purpose: 'consent', bound, about: sha256Hex(source) }, org.parts.keyring)
    const page = await ana.post('/setup/secur/RemoteAccessAuthorizationPage.apexp', { source, csrf, ...allow })
    ok(page.location.startsWith('/?ec=302'), page.location)
  })

  test('login_hint fills in the user name, as text whatever it is', async () => {
    const hint = '"><script>alert(1)</script>@x'
    const ana = visitor()
    const { body } = await ana.follow(await ana.get(authorizePath({ login_hint: hint })))
    equal(body.includes('<script>'), false)
    match(body, /value="&quot;&gt;&lt;script&gt;/)
  })

  test('display chooses the form of the page; mobile counts as touch', async () => {
    for (const [display, shown] of Object.entries({ popup: 'popup', touch: 'touch', mobile: 'touch', odd: 'page' })) {
      const ana = visitor()
      ok((await ana.follow(await ana.get(authorizePath({ display })))).body.includes(`sp-display_${shown}`), display)
    }
  })
})
