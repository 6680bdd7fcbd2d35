/** A connection comes to be by a login in a browser, against a real org. */
import { equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { deny } from '../browser-flow/walk.ts'
import { openVisitor, type Visitor } from '../browser-flow/visitor.ts'
import { bentTime } from './bent-time.ts'
import { openLoginScene, type LoginScene, other, saveApp, walkThrough, webCallback } from './login-kit.ts'

const coded =
  (code: string, text = /./) =>
  (error: KeeperError) => {
    equal(error.code, code, error.message)
    match(error.message, text)
    return true
  }

describe('a login with a web callback', () => {
  let scene: LoginScene
  let visitor: Visitor
  before(async () => {
    scene = await openLoginScene()
    visitor = openVisitor(scene.org.url)
  })
  after(async () => await scene[Symbol.asyncDispose]())
  /** Logged in once for all of these tests. */
  const walk = async (url: string): Promise<string> => await walkThrough(url, { by: visitor })

  test('makes a connection that refreshes, and says who it is', async () => {
    const { keeper } = scene
    const begun = await keeper.connect('partner', { id: 'acme-1' })
    const asked = new URL(begun.url).searchParams
    equal(asked.get('code_challenge_method'), 'S256')
    equal(asked.get('redirect_uri'), webCallback)
    const view = await keeper.takeCallback(await walk(begun.url))
    equal(view.state, 'alive')
    match(view.orgId ?? '', /^00D/)
    match(view.userId ?? '', /^005/)
    equal(view.lastEgress, '127.0.0.1')
    equal((await begun.done).id, 'acme-1')
    equal((await keeper.verify('acme-1')).generation, 2)
  })

  test('may be ended by another process over the same vault, and whoever waits in the first one hears of it', async () => {
    const begun = await scene.keeper.connect('partner', { id: 'acme-2' })
    const done = begun.done
    const another = await scene.again()
    await another.takeCallback(await walk(begun.url))
    equal((await done).id, 'acme-2')
  })

  test('is taken once, however many callbacks come at once', async () => {
    const { keeper } = scene
    const begun = await keeper.connect('partner', { id: 'acme-3' })
    const callback = await walk(begun.url)
    const another = await scene.again()
    const ends = await Promise.allSettled([keeper, another, keeper].map((each) => each.takeCallback(callback)))
    equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
    await rejects(keeper.takeCallback(callback), coded('AUTHORIZATION_OVER'))
    equal((await keeper.verify('acme-3')).generation, 2)
  })

  test('that was denied says so in the words of Salesforce, and what to do', async () => {
    const begun = await scene.keeper.connect('partner', { id: 'acme-4' })
    const callback = await walkThrough(begun.url, { as: other, answer: deny })
    await rejects(scene.keeper.takeCallback(callback), coded('AUTHORIZATION_DENIED', /end-user denied authorization/))
    await rejects(begun.done, (error: KeeperError) => error.next.join().includes('allow it'))
    equal(await scene.keeper.connection('acme-4'), undefined)
  })

  test('is over after ten minutes', async () => {
    const time = bentTime()
    await using own = await openLoginScene({ environment: time.environment })
    const begun = await own.keeper.connect('partner', { id: 'acme' })
    const callback = await walkThrough(begun.url)
    time.ahead(10 * 60_000 + 1)
    await rejects(own.keeper.takeCallback(callback), coded('AUTHORIZATION_OVER', /ten minutes/))
  })

  test('leaves no state, no verifier, no code and no token in the clear in the vault or in the log', async () => {
    const begun = await scene.keeper.connect('partner', { id: 'acme-6' })
    const callback = await walk(begun.url)
    const seen = [begun.state, new URL(callback).searchParams.get('code') ?? '']
    await scene.keeper.takeCallback(callback)
    seen.push((await scene.keeper.accessToken('acme-6')).accessToken.expose())
    const files = await readdir(scene.folder, { recursive: true, withFileTypes: true })
    const read = await Promise.all(
      files.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name), 'latin1')),
    )
    ok(
      read.some((text) => text.includes('acme-6')),
      'it saw the vault',
    )
    for (const each of seen) {
      ok(each.length > 20)
      ok(!read.some((text) => text.includes(each)) && !scene.logged.join('\n').includes(each), each)
    }
  })

  test('P-28: is not ended by the token of another tenant, and still can be by its own', async () => {
    const begun = await scene.keeper.connect('partner', { id: 'acme-7' })
    const callback = await walk(begun.url)
    await rejects(scene.keeper.takeCallback(callback, { tenant: 'rival' }), coded('UNKNOWN_AUTHORIZATION'))
    equal((await scene.keeper.takeCallback(callback, { tenant: 'default' })).tenant, 'default')
  })

  const bad: Record<string, [bend: (callback: URL) => string, code: string]> = {
    'of a state that nobody began': [
      (url) => (url.searchParams.set('state', 'A'.repeat(43)), url.href),
      'UNKNOWN_AUTHORIZATION',
    ],
    'that came to another address': [
      (url) => `https://elsewhere.example/oauth/callback${url.search}`,
      'UNKNOWN_AUTHORIZATION',
    ],
    'that came to another path': [(url) => `https://partner.example/other${url.search}`, 'UNKNOWN_AUTHORIZATION'],
    'without a state': [(url) => (url.searchParams.delete('state'), url.href), 'INVALID'],
    'with two codes': [(url) => (url.searchParams.append('code', 'x'), url.href), 'INVALID'],
    'that is no URL': [() => 'code=1&state=2', 'INVALID'],
  }
  test('is not ended by a callback that is not its own', async (t) => {
    const begun = await scene.keeper.connect('partner', { id: 'acme-8' })
    const callback = await walk(begun.url)
    for (const [sentence, [bend, code]] of Object.entries(bad))
      await t.test(sentence, async () => await rejects(scene.keeper.takeCallback(bend(new URL(callback))), coded(code)))
    equal((await scene.keeper.takeCallback(callback)).id, 'acme-8')
  })

  test('is refused before it begins where nothing could come of it', async (t) => {
    const { keeper } = scene
    const wishes = {
      'no refresh token is asked for': [{ scopes: 'api web' }, 'INVALID', /no refresh token/],
      'the prompt is none': [{ prompt: 'none' }, 'INVALID', /prompt/],
      'the code would come back in the clear': [{ redirectUri: 'http://partner.example/' }, 'INVALID', /clear/],
      'the name is none': [{ id: '../x' }, 'INVALID', /name/],
    } as const
    for (const [sentence, [wish, code, text]] of Object.entries(wishes))
      await t.test(
        sentence,
        async () => await rejects(keeper.connect('partner', { id: 'acme-9', ...wish }), coded(code, text)),
      )
    await rejects(keeper.connect('nobody', { id: 'acme-9' }), coded('UNKNOWN_APP'))
  })

  test('is not begun where a code could be brought to another login host', async () => {
    await using own = await openLoginScene()
    await using elsewhere = await openLoginScene()
    await saveApp({ org: elsewhere.org, keeper: own.keeper }, { name: 'evil', tenant: 'rival' })
    await rejects(own.keeper.connect('evil', { id: 'acme', tenant: 'rival' }), coded('INVALID', /login host/))
    await saveApp(
      { org: elsewhere.org, keeper: own.keeper },
      { name: 'evil', tenant: 'rival', redirectUri: 'https://rival.example/' },
    )
    ok(await own.keeper.connect('evil', { id: 'acme', tenant: 'rival' }))
  })

  test('nor ended there, whoever else began to come back to it meanwhile; and nobody keeps a login away from Salesforce', async () => {
    await using own = await openLoginScene()
    const { keeper } = own
    const begun = await keeper.connect('partner', { id: 'acme' })
    const app = { name: 'nightly', tenant: 'rival', loginUrl: 'https://login.salesforce.com', clientId: 'x' }
    await keeper.saveApp({ ...app, redirectUri: webCallback })
    ok(await keeper.connect('nightly', { id: 'acme', tenant: 'rival' }))
    await rejects(keeper.takeCallback(await walkThrough(begun.url)), coded('INVALID', /login host/))
    equal(await keeper.connection('acme'), undefined)
  })
})

describe('a login into a connection that is there', () => {
  test('L-57: replaces its family and revokes the one that was there', async () => {
    await using scene = await openLoginScene()
    const { keeper, org } = scene
    const first = await keeper.connect('partner', { id: 'acme' })
    const visitor = openVisitor(org.url)
    await keeper.takeCallback(await walkThrough(first.url, { by: visitor }))
    const old = await keeper.accessToken('acme')
    const second = await keeper.connect('partner', { id: 'acme' })
    const view = await keeper.takeCallback(await walkThrough(second.url, { by: visitor }))
    equal(view.generation, 2)
    notEqual((await keeper.accessToken('acme')).accessToken.expose(), old.accessToken.expose())
    const answer = await fetch(`${org.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${old.accessToken.expose()}` },
    })
    notEqual(answer.status, 200)
    ok(scene.logged.some((line) => line.startsWith('keeper.replaced-family') && line.includes('"revoked":true')))
    equal((await keeper.verify('acme')).generation, 3)
  })

  test('as another user is refused, what was granted is revoked, and the connection lives on', async () => {
    await using scene = await openLoginScene()
    const { keeper } = scene
    await keeper.takeCallback(await walkThrough((await keeper.connect('partner', { id: 'acme' })).url))
    const { userId } = (await keeper.connection('acme')) ?? {}
    const begun = await keeper.connect('partner', { id: 'acme' })
    await rejects(keeper.takeCallback(await walkThrough(begun.url, { as: other })), coded('OTHER_USER'))
    ok(scene.logged.some((line) => line.startsWith('keeper.given-back') && line.includes('"revoked":true')))
    equal((await keeper.verify('acme')).generation, 2)
    const allowed = await keeper.connect('partner', { id: 'acme', allowOtherUser: true })
    const view = await keeper.takeCallback(await walkThrough(allowed.url, { as: other }))
    notEqual(view.userId, userId)
  })

  test('SF-314: tells when a user has four of the five approvals of an app', async () => {
    await using scene = await openLoginScene()
    const { keeper, org } = scene
    const visitor = openVisitor(org.url)
    for (const id of ['a', 'b', 'c', 'd'])
      await keeper.takeCallback(await walkThrough((await keeper.connect('partner', { id })).url, { by: visitor }))
    const warned = (await keeper.events({ limit: 100 })).filter(({ kind }) => kind === 'connection.many_approvals')
    equal(warned.map(({ connection, data }) => `${connection} ${data}`).join(), 'd {"approvals":4,"most":5}')
  })
})
