/** Reauthorization links and callbacks of the service, as a browser meets them. */
import { equal, match, notEqual, ok } from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { openVisitor, type Page, type Visitor } from '../browser-flow/visitor.ts'
import type { RunningKeeper } from '../../src/keeper/service/service.ts'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askAt, openService, rivalToken, type Answer, type Ask } from './service-scene.ts'
import { freePort, orgOptions, other, walkThrough } from './login-kit.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

describe('the service', () => {
  let org: TestOrg
  let service: RunningKeeper
  let folder: string
  let visitor: Visitor
  let own: string
  const ask = async (path: string, { token, ...rest }: Ask = {}): Promise<Answer> =>
    await askAt(`${service.url}${path}`, { ...rest, token: token === undefined ? service.token.token.expose() : token })
  const link = async (id = 'acme'): Promise<string> => {
    const made = await ask(`/v1/connections/${id}/reauthorization-link`, { method: 'POST', body: {} })
    equal(made.status, 200, made.text)
    return new URL(made.body.url).pathname
  }
  /** Opens what a program has led the browser to; resolves with the login page. */
  const start = async (browser: Visitor, url: string): Promise<string> => {
    equal(new URL(url).origin, service.url)
    const led = await browser.get(new URL(url).pathname)
    equal(led.status, 303, led.body)
    return led.location
  }
  const generation = async (): Promise<number> => (await ask('/v1/connections/acme')).body.generation
  /** Presses the button of the link's page. */
  const press = async (browser: Visitor, path: string): Promise<Page> =>
    await browser.submit(await browser.get(path), {})

  before(async () => {
    const port = await freePort()
    own = `http://127.0.0.1:${port}/oauth/callback`
    org = await startOrg(orgOptions([own]))
    folder = await mkdtemp(join(tmpdir(), 'keeper-links-'))
    service = await openService(folder, { listen: `127.0.0.1:${port}` })
    visitor = openVisitor(org.url)
    const { consumerKey, consumerSecret } = org.client
    const app = { login_url: org.url, client_id: consumerKey, client_secret: consumerSecret }
    const saved = await ask('/v1/apps/partner', { method: 'PUT', body: app })
    equal(saved.status, 200, saved.text)
  })
  after(async () => {
    await service.close()
    await org.close()
    await rm(folder, { recursive: true })
  })

  test('begins a login whose callback it takes itself', async () => {
    const begun = await ask('/v1/apps/partner/connect', { body: { connection: 'acme', login_hint: 'ana@example.com' } })
    equal(begun.status, 200, begun.text)
    equal(begun.body.redirect_uri, own)
    const browser = openVisitor(service.url)
    const login = await start(browser, begun.body.url)
    match(login, /login_hint=ana/)
    const callback = new URL(await walkThrough(login, { by: visitor }))
    const page = await browser.get(callback.pathname + callback.search)
    equal(page.status, 200, page.body)
    match(page.body, /acme is authorized/)
    equal(await generation(), 1)
    const again = await browser.get(callback.pathname + callback.search)
    equal(again.status, 400)
    match(again.body, /taken before/)
  })

  test("ends a login that a program has begun in the browser that opened it first: an attacker's callback does nothing in a victim's", async () => {
    const was = await generation()
    const begun = await ask('/v1/apps/partner/connect', { body: { connection: 'acme' } })
    const [attacker, victim] = [openVisitor(service.url), openVisitor(service.url)]
    const callback = new URL(await walkThrough(await start(attacker, begun.body.url), { by: visitor }))
    const refused = await victim.get(callback.pathname + callback.search)
    equal(refused.status, 400)
    match(refused.body, /not begun in this browser/)
    const late = await victim.get(new URL(begun.body.url).pathname)
    equal(late.status, 400, 'nor can the victim be led to begin it')
    equal((await victim.get(callback.pathname + callback.search)).status, 400)
    equal(await generation(), was)
    equal(new URL(await start(attacker, begun.body.url)).origin, org.url, 'who was first may come again')
    equal((await attacker.get(callback.pathname + callback.search)).status, 200)
    equal(await generation(), was + 1)
  })

  test('takes no callback of a login that no browser has opened', async () => {
    const begun = await ask('/v1/apps/partner/connect', { body: { connection: 'acme' } })
    const page = await openVisitor(service.url).get(`/oauth/callback?state=${begun.body.state}&code=x`)
    match(page.body, /not begun in this browser/)
  })

  test('leads there by itself, and takes a callback that came elsewhere', async () => {
    const led = await ask('/v1/apps/partner/connect?connection=other')
    equal(led.status, 303)
    const login = await start(openVisitor(service.url), led.headers.get('location') ?? '')
    const url = await walkThrough(login, { by: visitor })
    equal((await ask('/v1/callback', { body: { url }, token: rivalToken })).status, 404)
    const taken = await ask('/v1/callback', { body: { url } })
    equal(taken.status, 200, taken.text)
    equal(taken.body.id, 'other')
    equal((await ask('/v1/apps/partner/connect')).status, 400)
  })

  test('makes links that a look does not spend, that log in once, and that are spent then', async () => {
    const path = await link()
    const was = await generation()
    const browser = openVisitor(service.url)
    for (let looks = 0; looks < 3; looks += 1) equal((await browser.get(path)).status, 200)
    const page = await browser.get(path)
    match(
      String(page.headers['content-security-policy']),
      /^default-src 'none'; .*frame-ancestors 'none'; form-action 'self' https: http:\/\/127/,
    )
    ok(!/script/i.test(page.body))
    match(page.body, /viewport/)
    const led = await press(browser, path)
    equal(led.status, 303)
    match(String(led.headers['set-cookie']), /HttpOnly; SameSite=Lax/)
    const callback = new URL(await walkThrough(led.location, { by: visitor }))
    const done = await browser.get(callback.pathname + callback.search)
    equal(done.status, 200, done.body)
    equal(await generation(), was + 1)
    const gone = await browser.get(path)
    equal(gone.status, 410)
    match(gone.body, /another one/)
  })

  test('a link still serves after a login that was broken off, and after one as somebody else', async () => {
    const path = await link()
    const was = await generation()
    const browser = openVisitor(service.url)
    await press(browser, path)
    const wrong = new URL(await walkThrough((await press(browser, path)).location, { as: other }))
    const refused = await browser.get(wrong.pathname + wrong.search)
    equal(refused.status, 400)
    match(refused.body, /Log out of Salesforce/)
    equal(await generation(), was)
    const right = new URL(await walkThrough((await press(browser, path)).location, { by: visitor }))
    equal((await browser.get(right.pathname + right.search)).status, 200)
    equal(await generation(), was + 1)
  })

  test('a login that was begun by a link ends in the browser that began it, and in no other', async () => {
    const path = await link()
    const [attacker, victim] = [openVisitor(service.url), openVisitor(service.url)]
    const was = await generation()
    const led = await press(attacker, path)
    const callback = new URL(await walkThrough(led.location, { by: visitor }))
    const fixed = await victim.get(callback.pathname + callback.search)
    equal(fixed.status, 400)
    match(fixed.body, /not begun in this browser/)
    equal(await generation(), was)
  })

  test('a link is good no more once it is withdrawn, also for a login that was under way', async () => {
    const path = await link()
    const browser = openVisitor(service.url)
    const was = await generation()
    const callback = new URL(await walkThrough((await press(browser, path)).location, { by: visitor }))
    const withdrawn = await ask('/v1/connections/acme/reauthorization-link', { method: 'DELETE' })
    ok(withdrawn.body.revoked > 0)
    equal((await browser.get(path)).status, 410)
    equal((await browser.get(callback.pathname + callback.search)).status, 410)
    equal(await generation(), was)
    equal((await ask('/v1/connections/acme/verify', { method: 'POST' })).status, 200)
  })

  test('a link and a login that was begun go with their connection', async () => {
    const { refresh_token } = await org.grant(withoutIdToken)
    const gone = { id: 'gone', app: 'partner', refresh_token }
    equal((await ask('/v1/connections', { body: gone })).status, 201)
    const [path, unused] = [await link('gone'), await link('gone')]
    const browser = openVisitor(service.url)
    const byLink = new URL(await walkThrough((await press(browser, path)).location, { as: other }))
    const begun = await ask('/v1/apps/partner/connect', { body: { connection: 'gone' } })
    const byProgram = new URL(await walkThrough(await start(browser, begun.body.url), { as: other }))
    equal((await ask('/v1/connections/gone', { method: 'DELETE' })).status, 200)
    for (const { pathname, search } of [byLink, byProgram]) equal((await browser.get(pathname + search)).status, 400)
    equal((await ask('/v1/connections/gone')).status, 404)
    const again = { ...gone, refresh_token: (await org.grant(withoutIdToken)).refresh_token }
    equal((await ask('/v1/connections', { body: again })).status, 201)
    equal((await browser.get(unused)).status, 410)
  })

  test('a link is not followed where a page elsewhere has pressed its button', async () => {
    const url = `${service.url}${await link()}`
    const pressed = async (site: string): Promise<number> =>
      (await fetch(url, { method: 'POST', redirect: 'manual', headers: { 'sec-fetch-site': site } })).status
    for (const [site, status] of [
      ['cross-site', 400],
      ['same-site', 400],
      ['same-origin', 303],
    ] as const)
      equal(await pressed(site), status, site)
  })

  test('behind https the browser is known by a cookie that no other host can put in its place', async (t) => {
    const behindProxy = await openService(folder, { publicUrl: 'https://keeper.example' })
    t.after(async () => await behindProxy.close())
    const led = await fetch(`${behindProxy.url}${await link()}`, { method: 'POST', redirect: 'manual' })
    match(led.headers.get('set-cookie') ?? '', /^__Host-sallyport-login=[\w-]{43}; Path=\/; .*SameSite=Lax; Secure$/)
  })

  test('does not take a callback for one of another place, whatever the request line says', async () => {
    const elsewhere = 'https://partner.example/oauth/callback'
    const begun = await ask('/v1/apps/partner/connect', { body: { connection: 'acme', redirect_uri: elsewhere } })
    const path = `${elsewhere}?error=access_denied&state=${begun.body.state}`
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const { hostname, port } = new URL(service.url)
    request({ hostname, port, path }, (response) => resolve(response.resume().statusCode)).end()
    equal(await promise, 400)
    const taken = await ask('/v1/callback', { body: { url: path } })
    match(taken.text, /AUTHORIZATION_DENIED/) // and was not before
  })

  test('says to a browser that comes with nothing what is wrong, without a script', async () => {
    const browser = openVisitor(service.url)
    for (const [path, status] of [
      ['/oauth/callback', 400],
      ['/oauth/callback?state=x&code=y', 400],
      ['/oauth/callback?state=x&error=<script>alert(1)</script>', 400],
      ['/connect/unknown', 410],
    ] as const) {
      const page = await browser.get(path)
      equal(page.status, status, path)
      ok(!page.body.includes('<script'), page.body)
      notEqual(page.headers['content-security-policy'], undefined)
    }
  })

  test('P-28: of logins that are begun and not ended two hundred of one tenant wait, and the next one is told when to come again', async () => {
    const app = { login_url: org.url, client_id: 'x' }
    equal((await ask('/v1/apps/many', { method: 'PUT', body: app, token: rivalToken })).status, 200)
    const begin = async (n: number): Promise<Answer> =>
      await ask('/v1/apps/many/connect', { body: { connection: `c-${n}` }, token: rivalToken })
    for (let n = 0; n < 200; n += 20)
      for (const { status } of await Promise.all(Array.from({ length: 20 }, (_, i) => begin(n + i)))) equal(status, 200)
    const refused = await begin(200)
    equal(refused.status, 429, refused.text)
    equal(refused.body.code, 'TOO_MANY_LOGINS')
    const wait = Number(refused.headers.get('retry-after'))
    ok(wait > 0 && wait <= 600, `${wait}`)
    equal(
      (await ask('/v1/apps/partner/connect', { body: { connection: 'acme' } })).status,
      200,
      'nobody else is held up',
    )
  })

  test('refuses a link for longer than it may be good', async () => {
    const asked = async (wish: string): Promise<number> =>
      (await ask('/v1/connections/acme/reauthorization-link', { body: { valid_for: wish } })).status
    for (const [wish, status] of [
      ['91d', 422],
      ['1s', 422],
      ['soon', 422],
      ['12h', 200],
    ] as const)
      equal(await asked(wish), status, wish)
  })
})
