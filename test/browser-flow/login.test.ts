/** Login over HTTP: pages, cookies, refusals. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { minutes, hours } from '../../src/values/time.ts'
import { inactive, openFlowOrg, user, type FlowOrg } from './flow-org.ts'
import { hiddenFields, openVisitor, type Visitor } from './visitor.ts'
import { logIn } from './walk.ts'

describe('login', () => {
  let org: FlowOrg
  let visitor: () => Visitor
  before(async () => {
    org = await openFlowOrg()
    visitor = () => openVisitor(org.origin)
  })
  after(() => org.close())

  test('SF-87: the page has the inputs that scripts drive', async () => {
    const { status, body, headers } = await visitor().get('/login')
    equal(status, 200)
    for (const piece of ['id="username"', 'name="pw"', 'id="Login"', 'name="login"']) ok(body.includes(piece), piece)
    match(String(headers['content-security-policy']), /default-src 'none'/)
    equal(headers['cache-control'], 'no-store')
  })

  test('a right password leads home under a new session cookie', async () => {
    const ana = visitor()
    const page = await logIn(ana, await ana.get('/login'))
    deepEqual([page.status, page.location], [303, '/'])
    const [sid = ''] = page.headers['set-cookie'] ?? []
    match(sid, /^sid=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    match((await ana.follow(page)).body, /Ana Pereira/)
  })

  test('only the hash of the cookie lies in the store', async () => {
    const ana = visitor()
    await logIn(ana, await ana.get('/login'))
    const rows = await org.rows<{ hash: string }>('SELECT hash FROM browser_sessions')
    ok(rows.length > 0)
    ok(rows.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash) && hash !== ana.cookies.get('sid')))
  })

  test('a user name is taken in any case and with blanks around it', async () => {
    const ana = visitor()
    const page = await logIn(ana, await ana.get('/login'), { ...user, username: '  Ana@ACME.example ' })
    equal(page.status, 303)
  })

  test('a wrong password and an unknown user are told the same, to the letter', async () => {
    const pages = await Promise.all(
      [user.username, 'nobody@acme.example'].map(async (username) => {
        const someone = visitor()
        const { status, body } = await logIn(someone, await someone.get('/login'), { username, password: 'wrong' })
        return [status, body.replaceAll(username, 'NAME').replace(/name="csrf" value="[^"]*"/, '')]
      }),
    )
    deepEqual(pages[0], pages[1])
    match(String(pages[0]?.[1]), /<div id="error" class="loginError/)
  })

  test('SF-231: each attempt is a row of login history', async () => {
    const someone = visitor()
    await logIn(someone, await someone.get('/login'), { ...user, password: 'wrong again' })
    await logIn(someone, await someone.get('/login'), { username: 'ghost@acme.example', password: 'x' })
    await logIn(someone, await someone.get('/login'))
    const [last, ghost, wrong] = await org.history()
    deepEqual([last?.status, last?.loginType, last?.username], ['Success', 'Application', user.username])
    deepEqual([ghost?.status, ghost?.userId], ['Invalid Password', null])
    deepEqual([wrong?.status, wrong?.username, wrong?.sourceIp], ['Invalid Password', user.username, '127.0.0.1'])
  })

  test('SF-68: an inactive user with the right password is told so, and with a wrong one is not', async () => {
    const ina = visitor()
    match((await logIn(ina, await ina.get('/login'), inactive)).body, /user is inactive/)
    const guess = await logIn(ina, await ina.get('/login'), { ...inactive, password: 'wrong' })
    match(guess.body, /Please check your username and password/)
    equal(ina.cookies.has('sid'), false)
    ok((await org.history()).some(({ status, userId }) => status === 'User is Inactive' && userId === inactive.id))
  })

  describe('refuses a form that is not its own', () => {
    const forged: Record<string, (fields: Record<string, string>, thief: Visitor) => Promise<Record<string, string>>> =
      {
        'without a token': async () => ({}),
        'with an empty token': async () => ({ csrf: '' }),
        'with the token of another browser': async (_fields, thief) => hiddenFields(await thief.get('/login')),
      }
    for (const [sentence, forge] of Object.entries(forged))
      test(sentence, async () => {
        const ana = visitor()
        const fields = await forge(hiddenFields(await ana.get('/login')), visitor())
        const page = await ana.post('/login', { ...fields, username: user.username, pw: user.password })
        equal(page.status, 403)
        equal(ana.cookies.has('sid'), false)
      })

    test('without the cookie that the token is bound to', async () => {
      const ana = visitor()
      const page = await ana.get('/login')
      ana.cookies.delete('form')
      equal((await logIn(ana, page)).status, 403)
    })
  })

  test('session fixation: a planted cookie is neither kept nor made good by a login', async () => {
    const planted = 'A'.repeat(43)
    const ana = visitor()
    ana.cookies.set('sid', planted)
    await logIn(ana, await ana.get('/login'))
    notEqual(ana.cookies.get('sid'), planted)
    const thief = visitor()
    thief.cookies.set('sid', planted)
    match((await thief.get('/')).body, /id="password"/)
  })

  test('a second login ends the session of the first in that browser', async () => {
    const ana = visitor()
    await logIn(ana, await ana.get('/login'))
    const first = ana.cookies.get('sid') ?? ''
    await logIn(ana, await ana.get('/login'))
    const thief = visitor()
    thief.cookies.set('sid', first)
    match((await thief.get('/')).body, /id="password"/)
  })

  test('"remember me" keeps the user name and nothing else, and is forgotten without it', async () => {
    const ana = visitor()
    await ana.submit(await ana.get('/login'), { username: user.username, pw: user.password, rememberUn: 'on' })
    equal(decodeURIComponent(ana.cookies.get('rememberUn') ?? ''), user.username)
    ana.cookies.delete('sid')
    match((await ana.get('/login')).body, /value="ana@acme.example"/)
    await logIn(ana, await ana.get('/login'))
    equal(ana.cookies.has('rememberUn'), false)
  })

  test('an empty user name or password is refused without a record', async () => {
    const recorded = (await org.history()).length
    const ana = visitor()
    const page = await logIn(ana, await ana.get('/login'), { username: '', password: '' })
    match(page.body, /Please check your username and password/)
    equal((await org.history()).length, recorded)
  })

  test('a field given twice is refused', async () => {
    const page = await visitor().post('/login', 'username=a&username=b')
    equal(page.status, 400)
    match(page.body, /parameter given twice/)
  })

  test('a body that is no form is refused, and so is one that is too long', async () => {
    const reply = await fetch(`${org.origin}/login`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    equal(reply.status, 415)
    const long = await visitor().post('/login', { username: 'a'.repeat(100_000) })
    equal(long.status, 413)
    match(long.body, /request too long/)
  })

  describe('goes on only to a path of this server', () => {
    const starts: Record<string, string> = {
      '/secur/somewhere?x=1': '/secur/somewhere?x=1',
      'https://evil.example/': '/',
      '//evil.example/': '/',
      '/\\evil.example/': '/',
      '\\\\evil.example': '/',
      '/\t/evil.example': '/',
      '/x\r\nSet-Cookie: sid=1': '/',
      'javascript:alert(1)': '/',
      '/x\\@evil.example': '/',
      '/ünïcode': '/',
    }
    for (const [asked, location] of Object.entries(starts))
      test(JSON.stringify(asked), async () => {
        const ana = visitor()
        const loginPage = await ana.get(`/?ec=302&startURL=${encodeURIComponent(asked)}`)
        const page = await ana.submit(loginPage, { username: user.username, pw: user.password, startURL: asked })
        equal(page.location, location)
      })
  })

  test('logging out ends the session, and a link does as well as the button', async () => {
    for (const leave of ['link', 'button']) {
      const ana = visitor()
      await logIn(ana, await ana.get('/login'))
      const sid = ana.cookies.get('sid') ?? ''
      const page =
        leave === 'link'
          ? await ana.get('/secur/logout.jsp')
          : await ana.submit(await ana.get('/'), { logout: 'Log Out' })
      match(page.body, /You’re logged out/)
      equal(ana.cookies.has('sid'), false)
      ana.cookies.set('sid', sid)
      match((await ana.get('/')).body, /id="password"/)
    }
  })

  test('a forged logout form logs nobody out', async () => {
    const ana = visitor()
    await logIn(ana, await ana.get('/login'))
    equal((await ana.post('/secur/logout.jsp', { csrf: 'x' })).status, 403)
    match((await ana.get('/')).body, /You’re logged in/)
  })

  test('a HEAD logs nobody out', async () => {
    const reply = await fetch(`${org.origin}/secur/logout.jsp`, { method: 'HEAD' })
    equal(reply.status, 404)
  })
})

describe('the life of a browser login', () => {
  let org: FlowOrg
  before(async () => void (org = await openFlowOrg()))
  after(() => org.close())

  test('ends after the session timeout without use, and use renews it', async () => {
    const ana = openVisitor(org.origin)
    await logIn(ana, await ana.get('/login'))
    for (let i = 0; i < 3; i += 1) {
      org.advance(minutes(90))
      match((await ana.get('/')).body, /You’re logged in/)
    }
    org.advance(hours(2))
    match((await ana.get('/')).body, /id="password"/)
  })

  test('ends with the user', async () => {
    const ana = openVisitor(org.origin)
    await logIn(ana, await ana.get('/login'))
    await org.storage.write('deactivate', user.id)
    match((await ana.get('/')).body, /id="password"/)
  })
})

describe('a store or a check that fails', () => {
  test('is told on a page that says when to come again, and logs nobody in', async () => {
    await using org = await openFlowOrg()
    const ana = openVisitor(org.origin)
    const loginPage = await ana.get('/login')
    const { verify } = org.parts.passwords
    Object.assign(org.parts.passwords, { verify: () => Promise.reject(new Error('busy')) })
    const busy = await logIn(ana, loginPage)
    deepEqual([busy.status, busy.headers['retry-after']], [503, '1'])
    equal(busy.body.includes('busy'), false)
    Object.assign(org.parts.passwords, { verify })
    Object.assign(org.parts.storage, {
      write: () => Promise.resolve({ kind: 'failed', cause: new Error('disk full') }),
    })
    const failed = await logIn(ana, loginPage)
    equal(failed.status, 503)
    equal(ana.cookies.has('sid'), false)
  })
})

describe('login variants', () => {
  test('under an https origin every cookie is Secure and bound to the host', async () => {
    await using org = await openFlowOrg({ publicUrl: 'https://org.example' })
    const ana = openVisitor(org.origin)
    const page = await ana.submit(await ana.get('/login'), {
      ...{ username: user.username, pw: user.password, rememberUn: 'on' },
    })
    const lines = page.headers['set-cookie'] ?? []
    equal(lines.length, 2)
    for (const line of lines) match(line, /^__Host-[a-zA-Z]+=[^;]+;.* Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })

  test('SF-88: in two steps the password is asked for behind the user name', async () => {
    await using org = await openFlowOrg({ pages: { loginSteps: 2 } })
    const ana = openVisitor(org.origin)
    const first = await ana.get('/login')
    equal(first.body.includes('id="password"'), false)
    const second = await ana.submit(first, { username: user.username, Login: 'Next' })
    match(second.body, /id="password"/)
    equal((await logIn(ana, second)).status, 303)
  })
})
