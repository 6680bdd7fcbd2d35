/** A person's browser as a weapon: forged forms, framed pages, planted cookies, redirects to elsewhere, markup in every field. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call } from '../admin/call.ts'
import { actionOf, hiddenFields, openVisitor, type Page, type Visitor } from '../browser-flow/visitor.ts'
import { allow, answered, logIn } from '../browser-flow/walk.ts'
import { cheap } from './cheap.ts'

const callback = 'http://localhost:1717/OauthRedirect'
const markup = `"><script>alert(1)</script>'<img src=x onerror=alert(1)>`

async function open(t: TestContext, publicUrl?: string): Promise<TestOrg> {
  const org = await startOrg({ configuration: { ...cheap, ...(publicUrl === undefined ? {} : { publicUrl }) } })
  t.after(() => org.close())
  equal(
    (
      await call(org, `/apps/${org.client.name}`, {
        method: 'PATCH',
        body: { label: markup, globalOauthSettings: { isPkceRequired: false } },
      })
    ).status,
    200,
  )
  return org
}

const query = (fields: Readonly<Record<string, string>>): string => String(new URLSearchParams({ ...fields }))

const authorize = (org: TestOrg, more: Readonly<Record<string, string>> = {}): string =>
  `/services/oauth2/authorize?${query({ response_type: 'code', client_id: org.client.consumerKey, redirect_uri: callback, ...more })}`

async function loggedIn(org: TestOrg): Promise<Visitor> {
  const visitor = openVisitor(org.url)
  equal((await logIn(visitor, await visitor.get('/login'), org.user)).status, 303)
  return visitor
}
const toConsent = async (visitor: Visitor, path: string): Promise<Page> => visitor.follow(await visitor.get(path))

describe('forged forms', () => {
  const forgeries: Record<string, (fields: Record<string, string>) => Record<string, string>> = {
    'no token': (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'csrf')),
    'an empty token': (fields) => ({ ...fields, csrf: '' }),
    'another token': (fields) => ({ ...fields, csrf: 'A'.repeat((fields['csrf'] ?? '').length) }),
  }
  for (const [sentence, forge] of Object.entries(forgeries)) {
    test(`a login with ${sentence} logs nobody in`, async (t) => {
      const org = await open(t)
      const visitor = openVisitor(org.url)
      const page = await visitor.get('/login')
      const fields = { ...forge(hiddenFields(page)), username: org.user.username, pw: org.user.password }
      deepEqual([(await visitor.post(actionOf(page), fields)).status, visitor.cookies.has('sid')], [403, false])
    })

    test(`a consent with ${sentence} gives no code and denies nothing`, async (t) => {
      const org = await open(t)
      const visitor = await loggedIn(org)
      const page = await toConsent(visitor, authorize(org))
      for (const button of [allow, { oadeny: 'Deny' }]) {
        const answer = await visitor.post(actionOf(page), { ...forge(hiddenFields(page)), ...button })
        deepEqual([answer.status, answer.location], [403, ''])
      }
    })

    test(`a logout with ${sentence} logs nobody out`, async (t) => {
      const org = await open(t)
      const visitor = await loggedIn(org)
      const page = await visitor.get('/')
      equal((await visitor.post(actionOf(page), forge(hiddenFields(page)))).status, 403)
      ok(visitor.cookies.has('sid'))
    })
  }

  test("a token of the attacker's own browser, of another form or of another request approves nothing", async (t) => {
    const org = await open(t)
    const [victim, attacker] = [await loggedIn(org), await loggedIn(org)]
    const page = await toConsent(victim, authorize(org))
    const others = [
      hiddenFields(await toConsent(attacker, authorize(org))),
      hiddenFields(await openVisitor(org.url).get('/login')),
      hiddenFields(await victim.get('/')),
      hiddenFields(await toConsent(victim, authorize(org, { state: 'other' }))),
    ]
    for (const { csrf = '' } of others) {
      const answer = await victim.post(actionOf(page), { ...hiddenFields(page), csrf, ...allow })
      deepEqual([answer.status, answer.location], [403, ''])
    }
    ok(answered(await victim.submit(page, allow))['code'])
  })

  test('a form that comes by GET, or as JSON, does nothing', async (t) => {
    const org = await open(t)
    const visitor = await loggedIn(org)
    const page = await toConsent(visitor, authorize(org))
    const fields = new URLSearchParams({ ...hiddenFields(page), ...allow })
    const byGet = await visitor.get(`${actionOf(page)}?${String(fields)}`)
    equal(byGet.location, '')
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const asJson = await fetch(org.url + actionOf(page), {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(fields)),
    })
    equal(asJson.status, 415)
  })
})

describe('pages', () => {
  test('none can be framed, runs a script or repeats markup', async (t) => {
    const org = await open(t)
    const visitor = await loggedIn(org)
    const stranger = openVisitor(org.url)
    const bad = encodeURIComponent(markup)
    const pages = [
      await stranger.get(`/login?startURL=${bad}&un=${bad}`),
      await stranger.follow(await stranger.get(authorize(org, { login_hint: markup, display: markup, state: markup }))),
      await logIn(stranger, await stranger.get('/login'), { username: markup, password: markup }),
      await stranger.get(`/services/oauth2/authorize?client_id=${bad}&redirect_uri=${bad}&response_type=${bad}`),
      await stranger.get(`/setup/secur/RemoteAccessErrorPage.apexp?error=${bad}`),
      await stranger.get(`/${bad}`),
      await stranger.get(`/secur/logout.jsp?x=${bad}`),
      await visitor.get('/'),
      await toConsent(visitor, authorize(org, { state: markup })),
    ]
    for (const [nth, { headers, body }] of pages.entries()) {
      equal(headers['x-frame-options'], 'DENY', `page ${nth}`)
      const policy = String(headers['content-security-policy'] ?? '')
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"])
        ok(policy.includes(part), `page ${nth}: ${policy}`)
      equal(headers['cache-control'], 'no-store')
      ok(!/<script|<img src=x/i.test(body), `page ${nth}`)
    }
  })

  test('a callback of JSONP is a name and nothing more', async (t) => {
    const org = await open(t)
    for (const name of ['alert(1)', '<script>', 'a;b', 'a[0]', '', 'a%0d%0ab', "a'", 'ａ', `${'a.'.repeat(9)}a`]) {
      const answer = await fetch(`${org.url}/services/oauth2/revoke?token=x&callback=${encodeURIComponent(name)}`)
      equal(answer.status, 400, name)
      ok(!(answer.headers.get('content-type') ?? '').includes('javascript'))
    }
  })

  test('XML replies hold no markup of the caller', async (t) => {
    const org = await open(t)
    const fields = { grant_type: markup, format: 'xml', client_id: markup }
    const body = new URLSearchParams(fields)
    const text = await (await fetch(`${org.url}/services/oauth2/token`, { method: 'POST', body })).text()
    ok(text.startsWith('<?xml') && !text.includes('<script'))
  })
})

describe('XML of a person', () => {
  test('holds no character that XML cannot hold, whatever a name has in it', async (t) => {
    const org = await open(t)
    const body = { lastName: 'a\u0001\u0000<b>\ufffe' }
    equal((await call(org, `/users/${org.user.username}`, { method: 'PATCH', body })).status, 200)
    const headers = { authorization: `Bearer ${(await org.grant()).access_token}` }
    const text = await (await fetch(`${org.url}/services/oauth2/userinfo?format=xml`, { headers })).text()
    equal(/<family_name>(.*?)<\/family_name>/s.exec(text)?.[1], 'a\ufffd\ufffd&lt;b&gt;\ufffd')
  })
})

describe('redirects', () => {
  const elsewhere = [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'javascript:alert(1)',
    ' //evil.example',
    '/x\r\nSet-Cookie: sid=planted',
    '%2f%2fevil.example',
    '///evil.example',
    '@evil.example',
  ]
  test('startURL leads to no other host after a login or a logout', async (t) => {
    const org = await open(t)
    for (const startURL of elsewhere) {
      const visitor = openVisitor(org.url)
      const page = await visitor.get(`/login?startURL=${encodeURIComponent(startURL)}`)
      const fields = { ...hiddenFields(page), startURL, username: org.user.username, pw: org.user.password }
      const answers = [
        await visitor.post('/login', fields),
        await visitor.get(`/secur/logout.jsp?startURL=${encodeURIComponent(startURL)}`),
      ]
      for (const { location, headers } of answers) {
        equal(new URL(location || '/', org.url).origin, org.url, startURL)
        ok(!(headers['set-cookie'] ?? []).some((line) => line.includes('planted')))
      }
    }
  })

  test('redirect_uri is compared letter by letter, and a request with another one redirects nowhere', async (t) => {
    const org = await open(t)
    const others = [
      `${callback}/`,
      `${callback}?x=1`,
      `${callback}#x`,
      `${callback}%2f..`,
      callback.toUpperCase(),
      callback.replace('1717', '1718'),
      callback.replace('localhost', 'localhost.evil.example'),
      callback.replace('localhost', 'x@localhost'),
      callback.replace('http:', 'https:'),
      callback.replace('OauthRedirect', 'x/../OauthRedirect'),
      `${callback}\n`,
      `${callback}\0`,
      ` ${callback}`,
      'javascript:alert(1)',
      '',
    ]
    const visitor = await loggedIn(org)
    for (const redirect_uri of others) {
      const page = await visitor.get(authorize(org, { redirect_uri }))
      deepEqual([page.status, page.location], [400, ''], redirect_uri)
    }
    const twice = await visitor.get(`${authorize(org)}&redirect_uri=${encodeURIComponent('https://evil.example')}`)
    deepEqual([twice.status, twice.location], [400, ''])
  })

  test('state comes back as it went, and adds no parameter and no header', async (t) => {
    const org = await open(t)
    const visitor = await loggedIn(org)
    const state = 'a&code=evil#x\r\nSet-Cookie: sid=planted\0é'
    const page = await visitor.submit(await toConsent(visitor, authorize(org, { state })), allow)
    deepEqual(Object.keys(answered(page)), ['code', 'state'])
    equal(answered(page)['state'], state)
    equal(page.headers['set-cookie'], undefined)
  })
})

describe('browser logins', () => {
  test('a planted cookie never becomes a login, before or after', async (t) => {
    const org = await open(t)
    const victim = openVisitor(org.url)
    const planted = 'A'.repeat(43)
    victim.cookies.set('sid', planted)
    await logIn(victim, await victim.get('/login'), org.user)
    ok(victim.cookies.get('sid') !== planted)
    const attacker = openVisitor(org.url)
    attacker.cookies.set('sid', planted)
    ok(!(await attacker.get('/')).body.includes(org.user.username))
  })

  test('a second login in the same browser ends the first one, and a logout ends it on the server', async (t) => {
    const org = await open(t)
    const visitor = await loggedIn(org)
    const thief = openVisitor(org.url)
    const isIn = async (sid: string | undefined): Promise<boolean> => {
      thief.cookies.set('sid', sid ?? '')
      return (await thief.get('/')).body.includes(org.user.username)
    }
    const first = visitor.cookies.get('sid')
    equal(await isIn(first), true)
    await logIn(visitor, await visitor.get('/login'), org.user)
    const second = visitor.cookies.get('sid')
    deepEqual([await isIn(first), await isIn(second)], [false, true])
    await visitor.submit(await visitor.get('/'), {})
    equal(await isIn(second), false)
  })

  test('over https every cookie is Secure, HttpOnly, SameSite and bound to the host', async (t) => {
    const org = await open(t, 'https://org.example')
    const visitor = openVisitor(org.url)
    const page = await visitor.get('/login')
    const fields = { username: org.user.username, pw: org.user.password, rememberUn: 'on', Login: 'Log In' }
    const answer = await visitor.submit(page, fields)
    const lines = [...(page.headers['set-cookie'] ?? []), ...(answer.headers['set-cookie'] ?? [])]
    ok(lines.length >= 3)
    for (const line of lines) {
      ok(line.startsWith('__Host-'), line)
      for (const part of ['; Secure', '; HttpOnly', '; SameSite=Lax', '; Path=/']) ok(line.includes(part), line)
      ok(!line.includes('Domain='), line)
    }
  })

  test('a new password ends the logins that were made with the old one', async (t) => {
    const org = await open(t)
    const visitor = await loggedIn(org)
    const body = { password: 'another long password' }
    equal((await call(org, `/users/${org.user.username}`, { method: 'PATCH', body })).status, 200)
    ok(!(await visitor.get('/')).body.includes(org.user.username))
  })
})
