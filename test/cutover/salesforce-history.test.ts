/** Who redeemed from where, by SOQL over a socket, as jsforce asks a Salesforce org. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { openSalesforceApi, type SalesforceApi } from '../../src/cutover/adapters/salesforce-api.ts'
import { salesforceHistory } from '../../src/cutover/adapters/salesforce-history.ts'
import type { HistoryPort } from '../../src/cutover/adapters/history.ts'
import { openOtherClock } from '../../src/cutover/adapters/other-clock.ts'
import { silentOf } from '../../src/cutover/look.ts'
import { unknownAddress } from '../../src/cutover/ports.ts'
import type { TestOrg } from '../../src/testing.ts'
import { instant } from '../../src/values/time.ts'
import { openOrg, redeem } from '../clients/wire.ts'
import { ada, ben, openEndpointOrg, sync } from '../endpoints/endpoint-org.ts'
import { redeemerOf } from '../rotation/redeem.ts'
import { app, clock, times, wait } from './salesforce-scene.ts'

const apiOf = (instance: string, token: string): SalesforceApi =>
  openSalesforceApi({ instance, api: '62.0', tokenOf: () => Promise.resolve(token), times, wait, clock })
const historyOf = (salesforce: SalesforceApi, application = app): HistoryPort =>
  salesforceHistory({ salesforce, application, clock: () => instant(Date.now()) })

describe('login history of a Salesforce org', () => {
  test('is read whole, page after page, and only what is new is asked for again', async () => {
    await using org = await openEndpointOrg()
    const first = Date.parse('2026-01-01T00:00:00Z')
    const add = (from: number, to: number) =>
      org.execute(`INSERT INTO login_history (id, at, login_type, sub_type, app, user_id, source_ip, status, decision)
        WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
        SELECT (${first} + i) * 1024, ${first} + i, 'Remote Access 2.0', 'refresh_token', '${sync.name}', '${ada.id}', '127.0.0.11', 'Success', 'allowed' FROM n`)
    await add(1, 4500)
    const api = apiOf(org.origin, (await org.grant()).access)
    await org.execute(`DELETE FROM login_history WHERE at > ${first + 4500}`)
    const asked: string[] = []
    const watched = {
      ...api,
      theirClock: openOtherClock(),
      query: (soql: string) => (asked.push(soql), api.query(soql)),
    }
    const anHourLater = () => instant(first + 3_600_000)
    const history = salesforceHistory({ salesforce: watched, application: sync.name, clock: anHourLater })
    const attempts = await history.attempts(instant(first))
    deepEqual([attempts.length, new Set(attempts.map(({ id }) => id)).size], [4500, 4500])
    await add(3_590_000, 3_590_001)
    const from = [...new Set(attempts.map(({ address }) => address))]
    deepEqual(await history.redemptions(instant(first), from), {
      attempts: 4502,
      successes: 4502,
      refused: 0,
      whole: true,
    })
    match(asked[0] ?? '', /FROM UserPermissionAccess$/)
    match(asked[2] ?? '', /LoginTime >= 2026-01-01T00:59:00\.000Z$/)
  })

  test('is an error where it is not whole, and never a shorter list', async () => {
    await using org = await openEndpointOrg()
    const api = apiOf(org.origin, (await org.grant({ username: ben.username })).access)
    await rejects(
      historyOf(api).redemptions(instant(0), []),
      /give him Manage Users \(for login history\) and Customize Application/,
    )
    await org.execute(`UPDATE users SET content = '{"profile":"System Administrator"}'`)
    await rejects(
      historyOf(api, 'Nobody').redeemers(instant(0)),
      /LoginHistory has nothing of an application that is called Nobody/,
    )
  })

  test('L-96: tells what the allowlist has refused from what failed otherwise', async () => {
    await using org = await openOrg()
    const history = historyOf(apiOf(org.url, (await org.grant()).access_token))
    const [spent, refused] = [await org.grant(), await org.grant()]
    const since = instant(org.clock.now() + 1)
    await org.clock.advance(1000)
    equal((await redeem(org, spent.refresh_token)).status, 200)
    equal((await redeem(org, spent.refresh_token)).status, 400)
    const ranges = [{ startIpAddress: '127.0.0.21', endIpAddress: '127.0.0.21' }]
    await org.admin(`/apps/${app}/refresh-token-ip-allowlist`, { method: 'PUT', body: { enforce: true, ranges } })
    equal((await redeem(org, refused.refresh_token)).status, 400)
    deepEqual(
      (await history.redemptions(since, ['127.0.0.99'])).attempts,
      0,
      'those of other addresses are not looked at',
    )
    deepEqual(await history.redemptions(since, ['127.0.0.1']), { attempts: 3, successes: 1, refused: 1, whole: true })
    deepEqual(
      (await history.attempts(since)).map(({ address, result }) => `${address} ${result}`),
      ['127.0.0.1 success', '127.0.0.1 failed', '127.0.0.1 refused'],
    )
  })
})

describe('a login of the app that redeems no refresh token', () => {
  const openLogins = async (t: TestContext) => {
    const org = await openEndpointOrg()
    t.after(() => org[Symbol.asyncDispose]())
    const { access } = await org.grant()
    const history = historyOf(apiOf(org.origin, access), sync.name)
    const first = Date.now() + 1000
    let n = 0
    const add = (subType: string, from: string, status = 'Success') =>
      org.execute(`INSERT INTO login_history (id, at, login_type, sub_type, app, user_id, source_ip, status, decision)
        VALUES (${(first + ++n) * 1024}, ${first + n}, 'Remote Access 2.0', '${subType}', '${sync.name}', '${ada.id}', '${from}', '${status}', '')`)
    return { history, add, since: instant(first) }
  }

  test('proves no address, be it of the canary’s own user beside a redemption of the canary', async (t) => {
    const { history, add, since } = await openLogins(t)
    await add('refresh_token', '127.0.0.11')
    await add('OAuth JWT Bearer Token', '127.0.0.21')
    await add('oauthassertion', '127.0.0.22', 'Restricted IP')
    await add('hybrid_refresh', '127.0.0.12')
    const attempts = await history.attempts(since)
    deepEqual(
      attempts.map(({ address }) => address),
      ['127.0.0.11', '127.0.0.12'],
    )
    equal(history.leftOut?.(), undefined)
    const all = ['127.0.0.11', '127.0.0.12', '127.0.0.21', '127.0.0.22']
    deepEqual(await history.redemptions(since, all), { attempts: 3, successes: 2, refused: 1, whole: true })
  })

  test('P-63: does not stand for the redemption from an old address that came before it', async (t) => {
    const { history, add } = await openLogins(t)
    await add('refresh_token', '127.0.0.11')
    await add('oauthassertion', '127.0.0.21')
    equal(silentOf(await history.redeemers(instant(0)), ['127.0.0.11']).length, 1)
  })

  test('is not told apart by words that nobody knows: it is inconclusive, and said', async (t) => {
    const { history, add, since } = await openLogins(t)
    await add('something of its own', '127.0.0.21')
    deepEqual(await history.attempts(since), [])
    match(history.leftOut?.() ?? '', /^1 logins of the app are left out, since their LoginSubType does not say/)
  })
})

describe('P-63, L-99: who redeemed last from where', () => {
  test('is told of each token by the login that is as old as its use, two tokens of one user among them', async (t) => {
    await using org = await openOrg()
    const history = historyOf(apiOf(org.url, (await org.grant({ from: '127.0.0.21' })).access_token))
    const from = redeemsFrom(t, org)
    await org.clock.advance(5000)
    const [moved, straggler] = [await org.grant({ from: '127.0.0.11' }), await org.grant({ from: '127.0.0.11' })]
    await org.clock.advance(5000)
    await from('127.0.0.21', moved.refresh_token)
    await org.clock.advance(5000)
    await from('127.0.0.11', straggler.refresh_token) // after the move, and not through the pool
    const at = org.clock.now()
    const redeemers = await history.redeemers(instant(0))
    deepEqual(redeemers.map(({ address }) => address).toSorted(), ['127.0.0.11', '127.0.0.21', '127.0.0.21'])
    const silent = silentOf(redeemers, ['127.0.0.11', '127.0.0.12'])
    deepEqual(silent.length, 1)
    match(silent[0] ?? '', /^005\w{15} \(token last used 20/)
    equal(Math.abs(Date.parse(/used (.*)\)/.exec(silent[0] ?? '')?.[1] ?? '') - at) < 2000, true)
  })

  test('a token of which no login tells where it was used stands for every address of its user', async (t) => {
    await using org = await openOrg()
    const { access_token } = await org.grant({ from: '127.0.0.21' })
    const api = apiOf(org.url, access_token)
    const shifted: SalesforceApi = {
      ...api,
      // the two objects disagree by an hour
      query: async (soql) =>
        (await api.query(soql)).map((each) =>
          'LastUsedDate' in each
            ? { ...each, LastUsedDate: new Date(org.clock.now() - 3_600_000).toISOString() }
            : each,
        ),
    }
    await redeemsFrom(t, org)('127.0.0.11', (await org.grant({ from: '127.0.0.21' })).refresh_token)
    const redeemers = await historyOf(shifted).redeemers(instant(0))
    deepEqual([...new Set(redeemers.map(({ address }) => address))].toSorted(), ['127.0.0.11', '127.0.0.21'])
    equal(silentOf(redeemers, ['127.0.0.11']).length, 1)
    deepEqual(silentOf([{ name: 'x', address: unknownAddress, at: instant(0) }], ['127.0.0.11']), ['x'])
  })
})

function redeemsFrom(t: TestContext, org: TestOrg): (address: string, token: string) => Promise<void> {
  const { consumerKey, consumerSecret } = org.client
  return async (address, token) => {
    const redeemer = redeemerOf(org.url, { consumerKey, consumerSecret, from: address })
    t.after(() => redeemer.close())
    equal((await redeemer.redeem(token)).status, 200)
  }
}
