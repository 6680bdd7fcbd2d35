import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call, redeem, single, testing } from './call.ts'

describe('the refresh token IP allowlist over the admin API', () => {
  let org: TestOrg
  let url: string
  before(async () => {
    org = await startOrg()
    url = `/apps/${org.client.name}/refresh-token-ip-allowlist`
  })
  after(() => org.close())
  beforeEach(async () => {
    org.faults.clear()
    equal((await put([single('127.0.0.1')])).status, 200)
  })
  const put = (ranges: readonly object[], more: object = {}, ifMatch?: string) =>
    call(org, url, { method: 'PUT', body: { enforce: true, ranges, ...more }, ...(ifMatch && { ifMatch }) })

  test('SF-139: a change is in force with the reply, for whoever holds a token already', async () => {
    const { refresh_token } = await org.grant()
    const first = await redeem(org, refresh_token)
    equal(first.status, 200)
    equal((await put([single('127.0.0.11')])).status, 200)
    const refused = await redeem(org, first.body.refresh_token)
    deepEqual([refused.status, refused.body.error], [400, 'invalid_grant'])
    equal((await redeem(org, first.body.refresh_token, { from: '127.0.0.11' })).status, 200)
  })

  test('a range is given back as it was accepted, IPv6 in canonical form, with its use against the limits', async () => {
    const given = { startIpAddress: '2001:DB8:0::1', endIpAddress: '2001:db8::2', description: 'both halves' }
    const { body } = await put([single('127.0.0.1'), given])
    const kept = { startIpAddress: '2001:db8::1', endIpAddress: '2001:db8::2', description: 'both halves' }
    deepEqual(body.ranges, [single('127.0.0.1'), kept])
    deepEqual(body.use, { ranges: 2, addresses: 3, mostRanges: 128, mostAddresses: 256 })
    deepEqual((await call(org, url)).body.ranges, body.ranges)
  })

  const refusals: Record<string, [readonly object[], RegExp]> = {
    'SF-134: a 129th range': [
      Array.from({ length: 129 }, (_, i) => single(`10.0.0.${i + 1}`)),
      /Row 129 is one too many/,
    ],
    'SF-134: a 257th address': [
      [{ startIpAddress: '10.0.0.1', endIpAddress: '10.0.1.1' }],
      /all rows together have 257/,
    ],
    'SF-135: an end below its start': [
      [{ startIpAddress: '10.0.0.9', endIpAddress: '10.0.0.1' }],
      /starts above its end/,
    ],
    'SF-144: an overlap': [
      [single('10.0.0.1'), { startIpAddress: '10.0.0.1', endIpAddress: '10.0.0.2' }],
      /Row 2: .* overlaps row 1/,
    ],
    'SF-145: a prefix length': [[{ startIpAddress: '10.0.0.0/24', endIpAddress: '10.0.0.9' }], /has a prefix length/],
    'SF-145: a missing end': [[{ startIpAddress: '10.0.0.1' }], /the end is missing/],
  }
  for (const [what, [ranges, words]] of Object.entries(refusals))
    test(`${what} is refused and changes nothing`, async () => {
      const { status, body } = await put(ranges)
      deepEqual([status, body.code], [422, 'ALLOWLIST_INVALID'])
      match(body.faults.map((each: { message: string }) => each.message).join('\n'), words)
      deepEqual((await call(org, url)).body.ranges, [single('127.0.0.1')])
    })

  test('every row that is wrong is named in the one reply', async () => {
    const { body } = await put([single('10.0.0.01'), single('10.0.0.1'), single('fe80::1%eth0')])
    deepEqual(
      body.faults.map((each: { row: number }) => each.row),
      [1, 1, 3, 3],
    )
  })

  test('128 ranges of two addresses are accepted', async () => {
    const rows = Array.from({ length: 128 }, (_, i) => ({
      startIpAddress: `10.0.${i}.1`,
      endIpAddress: `10.0.${i}.2`,
    }))
    equal((await put(rows)).status, 200)
  })

  test('SF-142: enforcing an empty list needs a confirmation, and then refuses everyone', async () => {
    const { refresh_token } = await org.grant()
    equal((await put([])).body.code, 'EMPTY_ALLOWLIST_NOT_CONFIRMED')
    const first = await redeem(org, refresh_token)
    equal(first.status, 200)
    const { status, body } = await put([], { confirmEmpty: true })
    deepEqual([status, body.warnings.length], [200, 1])
    equal((await redeem(org, first.body.refresh_token)).status, 400)
  })

  test('SF-142: with the switch off the ranges are kept and nobody is refused', async () => {
    equal((await put([single('127.0.0.99')])).status, 200)
    equal((await put([single('127.0.0.99')], { enforce: false })).status, 200)
    deepEqual((await call(org, url)).body, {
      ...(await call(org, url)).body,
      enforce: false,
      ranges: [single('127.0.0.99')],
    })
    equal((await redeem(org, (await org.grant()).refresh_token)).status, 200)
  })

  test('SF-146: of two editors who read the same list the second gets 412 and the first one stays', async () => {
    const { etag } = await call(org, url)
    equal((await put([single('127.0.0.21')], {}, etag)).status, 200)
    const stale = await put([single('127.0.0.22')], {}, etag)
    deepEqual([stale.status, stale.body.code], [412, 'STALE_EDITOR'])
    deepEqual((await call(org, url)).body.ranges, [single('127.0.0.21')])
  })

  test('a list that was changed and changed back is another version: the editor in between is told', async () => {
    const { etag } = await call(org, url)
    await put([single('127.0.0.5')])
    await put([single('127.0.0.1')])
    equal((await put([single('127.0.0.22')], {}, etag)).status, 412)
  })

  test('a change of something else leaves the list’s ETag as it was', async () => {
    const { etag } = await call(org, url)
    equal((await call(org, `/apps/${org.client.name}`, { method: 'PATCH', body: { label: 'Renamed' } })).status, 200)
    equal((await put([single('127.0.0.21')], {}, etag)).status, 200)
  })

  test('of many editors with one ETag exactly one wins', async () => {
    const { etag } = await call(org, url)
    const saves = Array.from({ length: 12 }, (_, i) => put([single(`127.0.0.${i + 30}`)], {}, etag))
    const statuses = (await Promise.all(saves)).map(({ status }) => status).toSorted((a, b) => a - b)
    deepEqual(statuses, [200, ...Array.from({ length: 11 }, () => 412)])
  })

  test('SF-146: the audit trail has the list before and after', async () => {
    await put([single('127.0.0.44')])
    const { body } = await call(org, '/setup-audit-trail?limit=1')
    const [{ action, before: was, after: is }] = body.entries
    equal(action, 'updateRefreshTokenIpAllowlist')
    deepEqual(was.oauthSecuritySettings.tokenIpRanges, [single('127.0.0.1')])
    deepEqual(is.oauthSecuritySettings.tokenIpRanges, [single('127.0.0.44')])
  })

  test('SF-146: a save that does not take says yes and changes nothing', async () => {
    org.faults.add({ kind: 'save-does-not-take' })
    const { status, body } = await put([single('127.0.0.77')])
    deepEqual([status, body.ranges], [200, [single('127.0.0.77')]])
    deepEqual((await call(org, url)).body.ranges, [single('127.0.0.1')])
  })

  test('SF-140: while a change propagates the whole old list applies, then the whole new one', async () => {
    org.faults.add({ kind: 'slow-propagation', for: 30_000 })
    await put([single('127.0.0.2')])
    const first = await redeem(org, (await org.grant()).refresh_token, { from: '127.0.0.1' })
    equal(first.status, 200)
    equal((await redeem(org, first.body.refresh_token, { from: '127.0.0.2' })).status, 400)
    await org.clock.advance(30_000)
    equal((await redeem(org, first.body.refresh_token, { from: '127.0.0.1' })).status, 400)
    equal((await redeem(org, first.body.refresh_token, { from: '127.0.0.2' })).status, 200)
  })

  test('L-25: redemptions that run while the list is narrowed are refused once the save has been answered', async () => {
    const { refresh_token } = await org.grant()
    let current = refresh_token
    let answered = false
    const late: number[] = []
    const saving = put([single('127.0.0.200')]).then(() => (answered = true))
    for (let i = 0; i < 40; i += 1) {
      const wasAnswered = answered
      const { status, body } = await redeem(org, current)
      if (wasAnswered) late.push(status)
      if (status === 200) current = body.refresh_token
    }
    await saving
    equal(late.length > 0 && late.every((status) => status === 400), true, `after the save: ${late.join(' ')}`)
  })

  test('a list of an app that is not there is 404, and the reply says where to look', async () => {
    const { status, body } = await call(org, '/apps/Nobody/refresh-token-ip-allowlist')
    deepEqual([status, body.code, body.next], [404, 'NOT_FOUND', ['GET /admin/v1/apps lists the apps.']])
  })

  test('L-24, L-106: a refused redemption is counted apart, and the right address still redeems', async () => {
    const { refresh_token } = await org.grant()
    equal((await redeem(org, refresh_token, { from: '127.0.0.9' })).status, 400)
    const used = await redeem(org, refresh_token)
    equal(used.status, 200)
    const history = (await call(org, '/login-history?limit=2')).body.entries
    deepEqual(
      history.map((each: { decision: string }) => each.decision),
      ['allowed', 'refresh_token_ip_allowlist'],
    )
    equal(history[1].status, 'Restricted IP')
    match(history[1].explained.join(), /127\.0\.0\.9 is in none of the ranges of \S+ \(1\)/)
  })

  test('the testing plane orders the same faults over HTTP', async () => {
    const ordered = await testing(org, '/faults', {
      body: { kind: 'save-does-not-take', app: org.client.name, times: 2 },
    })
    deepEqual([ordered.status, ordered.body.faults.length, ordered.body.faults[0].times], [200, 1, 2])
    await put([single('127.0.0.66')])
    equal((await testing(org, '/faults')).body.faults[0].times, 1)
    equal((await testing(org, '/faults', { method: 'DELETE' })).status, 204)
    deepEqual((await testing(org, '/faults')).body.faults, [])
  })
})
