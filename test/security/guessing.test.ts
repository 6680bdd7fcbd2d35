/** Guessing: passwords, verification codes, client secrets, the admin token; one after another and all at once. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test, type TestContext } from 'node:test'
import { openStorage } from '../../src/storage/open.ts'
import { startBentOrg, type BentOptions } from '../kit/bent-org.ts'
import type { TestOrg } from '../../src/testing.ts'
import { call } from '../admin/call.ts'
import { openVisitor, type Page, type Visitor } from '../browser-flow/visitor.ts'
import { logIn } from '../browser-flow/walk.ts'
import { cheap } from './cheap.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

async function open(t: TestContext, options: BentOptions): Promise<TestOrg> {
  const org = await startBentOrg({ ...options, configuration: { ...cheap, ...options.configuration } })
  t.after(() => org.close())
  return org
}

/** No trusted range: every browser has to prove itself. */
const unknownBrowsers = JSON.stringify({
  organization: { id: '00D000000000001EAA' },
  users: [{ username: 'ana@test.example', password: 'a long test password', profile: 'System Administrator' }],
})
const ana = { username: 'ana@test.example', password: 'a long test password' }

/** Every code of this org is 000042, so that a test knows which guess would have been right. */
const knownCode = {
  random: (count: number): Uint8Array =>
    count === 6 ? Uint8Array.of(0, 0, 0, 0, 0, 42) : new Uint8Array(randomBytes(count)),
}

async function toVerification(org: TestOrg): Promise<{ readonly visitor: Visitor; readonly page: Page }> {
  const visitor = openVisitor(org.url)
  const page = await visitor.follow(await logIn(visitor, await visitor.get('/login'), ana))
  ok(page.body.includes('name="emc"'), 'no code was asked for')
  return { visitor, page }
}
const enter = (visitor: Visitor, page: Page, emc: string): Promise<Page> =>
  visitor.submit(page, { emc, save: 'Verify' })

describe('guessing the verification code', () => {
  test('the right one lets in', async (t) => {
    const org = await open(t, { file: unknownBrowsers, environment: knownCode })
    const { visitor, page } = await toVerification(org)
    equal((await enter(visitor, page, '000042')).status, 303)
  })

  test('five wrong ones use the code up', async (t) => {
    const org = await open(t, { file: unknownBrowsers, environment: knownCode })
    const { visitor, page } = await toVerification(org)
    for (let nth = 0; nth < 5; nth += 1) equal((await enter(visitor, page, '999999')).status, 200)
    equal((await enter(visitor, page, '000042')).status, 200)
    equal(visitor.cookies.has('sid'), false)
  })

  test('new codes, asked for between the guesses, buy no more guesses than the limit', async (t) => {
    const org = await open(t, {
      file: unknownBrowsers,
      environment: knownCode,
      configuration: { limits: { loginFailures: 7 } },
    })
    const { visitor, page } = await toVerification(org)
    const statuses: number[] = []
    for (let nth = 0; nth < 9; nth += 1) {
      await visitor.submit(page, { resend: 'Resend' })
      statuses.push((await enter(visitor, page, '999999')).status)
    }
    deepEqual(statuses, [200, 200, 200, 200, 200, 200, 200, 429, 429])
    equal((await enter(visitor, page, '000042')).status, 429)
  })

  test('of guesses made at the same time no more than the limit are looked at', async (t) => {
    const limits = { loginFailures: 4 }
    const guesses = 20
    const all = Promise.withResolvers<void>()
    let [held, answered] = [0, 0]
    const arrived = (): void => void (held + answered === guesses && all.resolve())
    const org = await open(t, {
      file: unknownBrowsers,
      configuration: { limits },
      environment: {
        ...knownCode,
        async openStorage(options) {
          const storage = await openStorage(options)
          const toStore = storage.write.bind(storage)
          const write: typeof storage.write = async (name, input, terms) => {
            if (name === 'verifyLogin') {
              held += 1
              arrived()
              await all.promise // until every other guess is here as well, or was turned away
            }
            return await toStore(name, input, terms)
          }
          return Object.assign(storage, { write })
        },
      },
    })
    const { visitor, page } = await toVerification(org)
    const guess = async (nth: number): Promise<void> => {
      const answer = await enter(visitor, page, nth === guesses - 1 ? '000042' : '999999')
      answered += answer.status === 429 ? 1 : 0
      arrived()
    }
    await Promise.all(Array.from({ length: guesses }, (_, nth) => guess(nth)))
    deepEqual({ held, answered }, { held: limits.loginFailures, answered: guesses - limits.loginFailures })
  })

  test('right codes cost an address none of its guesses', async (t) => {
    const limits = { clientFailures: 3 }
    const org = await open(t, { file: unknownBrowsers, environment: knownCode, configuration: { limits } })
    for (let nth = 0; nth < 5; nth += 1) {
      const { visitor, page } = await toVerification(org)
      equal((await enter(visitor, page, '000042')).status, 303)
    }
  })

  test('the page of one browser is of no use in another', async (t) => {
    const org = await open(t, { file: unknownBrowsers, environment: knownCode })
    const { page } = await toVerification(org)
    const thief = openVisitor(org.url)
    await thief.get('/login')
    const answer = await enter(thief, page, '000042')
    deepEqual([answer.status, answer.location, thief.cookies.has('sid')], [303, '/login', false])
  })
})

describe('guessing passwords', () => {
  test('names are one name in whatever case they are written', async (t) => {
    const org = await open(t, { configuration: { limits: { loginFailures: 4 } } })
    const visitor = openVisitor(org.url)
    const guess = async (username: string, password = 'wrong'): Promise<number> =>
      (await logIn(visitor, await visitor.get('/login'), { username, password })).status
    const spellings = ['admin@test.example', 'ADMIN@TEST.EXAMPLE', ' admin@test.example ', 'Admin@Test.Example']
    for (const spelling of spellings) equal(await guess(spelling), 200)
    equal(await guess('aDmin@test.example', org.user.password), 429)
  })

  test('a known and an unknown name are answered alike', async (t) => {
    const org = await open(t, {})
    const answerTo = async (username: string): Promise<unknown> => {
      const visitor = openVisitor(org.url)
      const page = await logIn(visitor, await visitor.get('/login'), { username, password: 'wrong' })
      return [page.status, page.body.replaceAll(username, 'NAME').replace(/name="csrf" value="[^"]*"/, '')]
    }
    deepEqual(await answerTo('admin@test.example'), await answerTo('nobody@test.example'))
  })

  test('a known and an unknown name cost about the same', async (t) => {
    const org = await open(t, {
      configuration: { limits: { loginFailures: 1000, clientFailures: 1000 }, passwordHashing: { costLog2: 13 } },
    })
    const visitor = openVisitor(org.url)
    // once with the right password, so that its hash is in the store as in any org that has been used
    await logIn(visitor, await visitor.get('/login'), org.user)
    const time = async (username: string): Promise<number> => {
      const form = await visitor.get('/login')
      const start = performance.now()
      await logIn(visitor, form, { username, password: 'wrong' })
      return performance.now() - start
    }
    const known: number[] = []
    const unknown: number[] = []
    for (let nth = 0; nth < 5; nth += 1) {
      known.push(await time('admin@test.example'))
      unknown.push(await time('nobody@test.example'))
    }
    const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
    const ratio = median(known) / median(unknown)
    ok(ratio > 0.6 && ratio < 1.6, `${median(known).toFixed(1)} ms against ${median(unknown).toFixed(1)} ms`)
  })
})

describe('guessing at the token endpoint', () => {
  const history = async (org: TestOrg): Promise<number> =>
    (await call(org, '/login-history?limit=1000')).body.entries.length
  const ask = async (org: TestOrg, fields: Record<string, string>): Promise<string> => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: org.client.consumerKey, ...fields }
    const body = new URLSearchParams(form)
    const answer = await fetch(`${org.url}/services/oauth2/token`, { method: 'POST', body })
    const { error }: { error?: string } = JSON.parse(await answer.text())
    return error ?? 'none'
  }

  test('P-11: wrong secrets beyond the limit are no longer written one by one', async (t) => {
    const org = await open(t, { configuration: { limits: { clientFailures: 5 } } })
    for (let nth = 0; nth < 40; nth += 1) await ask(org, { client_secret: 'wrong' })
    const rows = await history(org)
    ok(rows <= 5, `${rows} rows`)
  })

  test('P-11: requests without any secret beyond the limit are no longer written one by one', async (t) => {
    const org = await open(t, { configuration: { limits: { clientFailures: 5 } } })
    for (let nth = 0; nth < 40; nth += 1) await ask(org, {})
    const rows = await history(org)
    ok(rows <= 5, `${rows} rows: who knows a consumer key washes login history away`)
  })

  test('P-11: junk tokens, codes and clients are counted and not written one by one', async (t) => {
    const org = await open(t, {})
    const client_secret = org.client.consumerSecret
    for (let nth = 0; nth < 20; nth += 1) {
      await ask(org, { client_secret, refresh_token: `junk${nth}` })
      await ask(org, { client_secret, grant_type: 'authorization_code', code: `aPrx${nth}` })
      await ask(org, { client_id: `3MVG9${nth}` })
      await ask(org, { client_secret, grant_type: `junk${nth}` })
    }
    equal(await history(org), 0)
  })

  test('however many wrong secrets came, the right one passes: a worker with an old secret shuts nobody out', async (t) => {
    const org = await open(t, { configuration: { limits: { clientFailures: 3 } } })
    for (let nth = 0; nth < 10; nth += 1) await ask(org, { client_secret: 'wrong' })
    const { refresh_token } = await org.grant(withoutIdToken)
    equal(await ask(org, { client_secret: org.client.consumerSecret, refresh_token }), 'none')
  })
})
