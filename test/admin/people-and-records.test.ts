import { deepEqual, equal, match, ok } from 'node:assert/strict'
import * as suite from 'node:test'
import { describe, test } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call, redeem, single, testing } from './call.ts'

describe('people, usage and records over the admin API', () => {
  let org: TestOrg
  suite.before(async () => {
    org = await startOrg()
  })
  suite.after(() => org.close())
  const explain = (body: object) => call(org, `/apps/${org.client.name}/explain`, { body })
  const grants = async (query = '') => (await call(org, `/oauth-usage${query}`)).body.grants

  test('a user is made once, without regard to case, and shows no password', async () => {
    const made = await call(org, '/users', { body: { username: 'Ada@Test.example', password: 'CANARYpass' } })
    deepEqual([made.status, made.body.username, made.body.hasPassword], [201, 'ada@test.example', true])
    match(made.body.id, /^005[A-Za-z0-9]{15}$/)
    equal((await call(org, '/users', { body: { username: 'ADA@test.example' } })).status, 409)
    const everything = [made.body, (await call(org, '/users')).body, (await call(org, '/setup-audit-trail')).body]
    ok(!JSON.stringify(everything).includes('CANARYpass'))
    ok(!JSON.stringify(everything).includes('$scrypt$'))
  })

  test('a user’s profile must exist', async () => {
    const { status, body } = await call(org, '/users', { body: { username: 'x@y.example', profile: 'Standrd User' } })
    deepEqual([status, body.faults[0].next], [422, 'Did you mean Standard User?'])
    equal((await call(org, '/profiles', { body: { name: 'Night Shift' } })).status, 201)
    equal((await call(org, '/users', { body: { username: 'x@y.example', profile: 'Night Shift' } })).status, 201)
  })

  test('a deactivated user’s tokens are refused at once and work again once he is active', async () => {
    const { refresh_token } = await org.grant()
    equal((await call(org, `/users/${org.user.username}`, { method: 'PATCH', body: { isActive: false } })).status, 200)
    equal((await redeem(org, refresh_token)).status, 400)
    equal((await call(org, `/users/${org.user.username}`, { method: 'PATCH', body: { isActive: true } })).status, 200)
    equal((await redeem(org, refresh_token)).status, 200)
  })

  test('a login range that cannot be is refused with its row', async () => {
    const loginIpRanges = [
      { startAddress: '10.0.0.1', endAddress: '10.0.0.2' },
      { startAddress: '10.0.0.9', endAddress: '10.0.0.3' },
    ]
    const { status, body } = await call(org, '/profiles', { body: { name: 'Ranged', loginIpRanges } })
    deepEqual([status, body.faults[0].path, body.faults[0].row], [422, 'loginIpRanges[1]', 2])
  })

  test('a setting of the org is in force with the reply', async () => {
    const url = '/settings/security'
    const before = await call(org, url)
    const patch = { sessionSettings: { sessionTimeout: 'FifteenMinutes' } }
    const { status, body, etag } = await call(org, url, { method: 'PATCH', body: patch, ifMatch: before.etag ?? '' })
    deepEqual([status, body.sessionSettings.sessionTimeout], [200, 'FifteenMinutes'])
    equal((await call(org, url, { method: 'PATCH', body: patch, ifMatch: before.etag ?? '' })).status, 412)
    ok(etag !== before.etag)
    const unknown = await call(org, url, { method: 'PATCH', body: { sessionSettings: { sessionTimeout: 'Never' } } })
    match(unknown.body.detail, /known are FifteenMinutes/)
  })

  test('the id of the organization is not changed', async () => {
    const { status } = await call(org, '/organization', { method: 'PATCH', body: { id: '00D000000000009EAA' } })
    equal(status, 422)
    equal((await call(org, '/organization', { method: 'PATCH', body: { name: 'Renamed' } })).body.name, 'Renamed')
  })

  test('L-106: successes and refusals of a grant are counted apart', async () => {
    const { refresh_token } = await org.grant()
    const list = `/apps/${org.client.name}/refresh-token-ip-allowlist`
    await call(org, list, { method: 'PUT', body: { enforce: true, ranges: [single('127.0.0.1')] } })
    const id = (await grants()).find((each: { useCount: number }) => each.useCount === 0).id
    equal((await redeem(org, refresh_token)).status, 200)
    equal((await redeem(org, refresh_token)).status, 400) // a replay: the family ends
    const [used] = (await grants('?ended=true')).filter((each: { id: string }) => each.id === id)
    deepEqual([used.useCount, used.refusals, used.ended], [1, 1, 'replayed'])
  })

  test('a grant is revoked alone, and all of a user’s together', async () => {
    const [first, second] = [await org.grant(), await org.grant()]
    const live = await grants()
    const revoked = await call(org, '/oauth-usage/revoke', { body: { grant: live[0].id } })
    deepEqual([revoked.status, revoked.body], [200, { revoked: 1 }])
    deepEqual((await call(org, '/oauth-usage/revoke', { body: { grant: live[0].id } })).body, { revoked: 0 })
    const all = await call(org, '/oauth-usage/revoke', { body: { user: org.user.username } })
    equal(all.body.revoked, live.length - 1)
    for (const { refresh_token } of [first, second]) equal((await redeem(org, refresh_token)).status, 400)
    equal((await call(org, '/oauth-usage/revoke', { body: {} })).status, 422)
    equal((await call(org, '/oauth-usage/revoke', { body: { user: 'nobody@test.example' } })).status, 404)
  })

  test('explain tells the verdict and why, and changes nothing, not even history', async () => {
    const { refresh_token } = await org.grant()
    const before = (await call(org, '/login-history')).body
    const outside = (await explain({ from: '192.0.2.7', username: org.user.username })).body
    deepEqual(
      [outside.verdict, outside.code, outside.policy],
      ['refused', 'SOURCE_NOT_ALLOWED', 'refresh-token-ip-allowlist'],
    )
    deepEqual(outside.public.description, 'ip restricted by app developer')
    match(outside.steps[0].sentences.join(), /192\.0\.2\.7 is in none of the ranges of \S+ \(1\)/)
    const inside = (await explain({ from: '127.0.0.1', username: org.user.username })).body
    deepEqual([inside.verdict, inside.rotationMode, inside.steps.length], ['allowed', 'strict', 2])
    deepEqual((await call(org, '/login-history')).body, before)
    equal((await redeem(org, refresh_token)).status, 200)
  })

  test('explain sees an idle grant before its next use does', async () => {
    await org.clock.advance(31 * 86_400_000)
    const { body } = await explain({ from: '127.0.0.1', username: org.user.username })
    deepEqual([body.verdict, body.policy], ['refused', 'refresh-token-idle-limit'])
    equal((await grants())[0].ended, null)
  })

  test('explain of what is no address or no user says so', async () => {
    match((await explain({ from: '10.0.0.0/8' })).body.detail, /prefix length/)
    equal((await explain({ from: '127.0.0.1', username: 'nobody@test.example' })).status, 404)
  })

  test('history is paged without gaps or repetitions, and filtered by status and decision', async () => {
    const whole = (await call(org, '/login-history?limit=1000')).body.entries
    const paged: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await call(org, `/login-history?limit=4${cursor && `&cursor=${cursor}`}`)
      paged.push(...body.entries)
      cursor = body.next
    }
    deepEqual(paged, whole)
    const replays = (await call(org, '/login-history?decision=reuse')).body.entries
    deepEqual(
      replays.map((each: { decision: string }) => each.decision),
      ['reuse'],
    )
    deepEqual(
      (await call(org, `/login-history?since=${new Date(org.clock.now() + 1000).toISOString()}`)).body.entries,
      [],
    )
    equal((await call(org, '/login-history?since=yesterday')).status, 400)
  })

  test('monitoring has the addresses of the app and an alert for the replay', async () => {
    const { body } = await call(org, `/ip-monitoring?app=${org.client.name}`)
    ok(
      body.addresses.some(
        (each: { address: string; redemptions: number }) => each.address === '127.0.0.1' && each.redemptions > 0,
      ),
    )
    ok(body.alerts.some((each: { kind: string }) => each.kind === 'replay'))
  })

  test('there is no verification code where nobody waits for one', async () => {
    equal((await call(org, `/users/${org.user.username}/verification-code`)).status, 404)
    equal((await call(org, '/users/nobody@test.example/verification-code')).body.code, 'NOT_FOUND')
  })

  test('P-08: a new epoch refuses the grants of the one before, at once, and is audited', async () => {
    const { refresh_token } = await org.grant()
    const before = (await call(org, '/store/epoch')).body.current
    const started = await call(org, '/store/epoch', { body: { olderGrants: 'refuse' } })
    deepEqual(started.body, { current: before + 1, olderGrants: 'refuse' })
    equal((await redeem(org, refresh_token)).status, 400)
    equal((await redeem(org, (await org.grant()).refresh_token)).status, 200)
    equal((await call(org, '/setup-audit-trail?limit=1')).body.entries[0].action, 'startEpoch')
    equal((await call(org, '/store/epoch', { body: { olderGrants: 'forget' } })).status, 422)
  })

  test('the clock goes forward by ISO durations and back to the machine’s', async () => {
    const { body } = await testing(org, '/clock', { body: { reset: true } })
    equal(body.offsetMs, 0)
    equal((await testing(org, '/clock', { body: { advance: 'P1W' } })).body.offsetMs, 7 * 86_400_000)
    equal((await testing(org, '/clock', { body: { advance: 'PT90.5S' } })).body.offsetMs, 7 * 86_400_000 + 90_500)
    for (const advance of ['P1M', 'P1Y', 'P', 'PT', '1d', 'P-1D'])
      equal((await testing(org, '/clock', { body: { advance } })).status, 422, advance)
    equal((await testing(org, '/clock', { body: {} })).status, 422)
  })

  test('a reset forgets what happened and keeps the setup', async () => {
    equal((await testing(org, '/reset', { body: {} })).status, 200)
    deepEqual(await grants('?ended=true'), [])
    deepEqual((await call(org, '/login-history')).body.entries, [])
    equal((await call(org, `/apps/${org.client.name}`)).status, 200)
    equal((await redeem(org, (await org.grant()).refresh_token)).status, 200)
  })

  test('the testing plane wants the token too', async () => {
    equal((await fetch(`${org.url}/testing/v1/clock`)).status, 401)
  })
})
