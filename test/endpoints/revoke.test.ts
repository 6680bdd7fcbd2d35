import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from '../../src/ip/address.ts'
import { revoke } from '../../src/org/flows/revoke.ts'
import { openEndpointOrg, sync, type EndpointOrg } from './endpoint-org.ts'

const path = '/services/oauth2/revoke'
const works = async (org: EndpointOrg, access: string) =>
  (await org.get('/services/oauth2/userinfo', access)).status === 200

describe('revoking a refresh token', () => {
  test('answers 200 with nothing, and ends the family with all of its access tokens', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const rotated = await org.refresh(refresh)
    const answer = await org.post(path, { token: rotated.body['refresh_token'] ?? '' })
    deepEqual([answer.status, answer.text, answer.headers.get('cache-control')], [200, '', 'no-store'])
    equal(await works(org, access), false)
    equal(await works(org, rotated.body['access_token'] ?? ''), false)
    equal((await org.refresh(rotated.body['refresh_token'] ?? '')).body['error'], 'invalid_grant')
  })

  test('P-08: is in the revocation log before the answer', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    await org.post(path, { token: refresh })
    deepEqual(
      org.revocations.map(({ reason }) => reason),
      ['revoked'],
    )
  })

  test('is in login history with the reason that the client gave', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    await org.post(path, { token: refresh, revoke_reason: 'user_logout' })
    const [row] = await org.history()
    deepEqual([row?.subType, row?.status, row?.decision, row?.app], ['revoke', 'Success', 'revoked', sync.name])
    match(row?.trace ?? '', /user_logout/)
  })

  test('a second time fails and changes nothing', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    await org.post(path, { token: refresh })
    const answer = await org.post(path, { token: refresh })
    deepEqual([answer.status, answer.json.error], [400, 'invalid_token'])
    equal(org.revocations.length, 1)
    equal((await org.history())[0]?.status, 'Failed: Invalid Token')
  })

  test('a second time answers 200 where the setting follows RFC 7009', async () => {
    await using org = await openEndpointOrg({ compat: { revokeUnknownStatus: 200 } })
    const { refresh } = await org.grant()
    await org.post(path, { token: refresh })
    const answer = await org.post(path, { token: refresh })
    deepEqual([answer.status, answer.text], [200, ''])
  })

  test('a superseded one fails, is no reuse, and the family lives on', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    const rotated = await org.refresh(refresh)
    const answer = await org.post(path, { token: refresh, revoke_reason: 'refresh_token_rotated' })
    deepEqual([answer.status, answer.json.error], [400, 'invalid_token'])
    equal((await org.refresh(rotated.body['refresh_token'] ?? '')).status, 200)
    deepEqual(org.revocations, [])
  })

  test('the parent that until-used still lets through is as good as current, and ends the family', async () => {
    await using org = await openEndpointOrg({ rotationMode: 'until-used' })
    const { refresh } = await org.grant()
    const rotated = await org.refresh(refresh)
    equal((await org.post(path, { token: refresh })).status, 200)
    equal((await org.refresh(rotated.body['refresh_token'] ?? '')).status, 400)
  })

  test('leaves the other grants of the same user alone', async () => {
    await using org = await openEndpointOrg()
    const [older, newer] = [await org.grant(), await org.grant()]
    await org.post(path, { token: older.refresh })
    equal((await org.refresh(newer.refresh)).status, 200)
  })

  test('ends the family also while its token rotates, whoever comes first', async () => {
    await using org = await openEndpointOrg()
    for (let round = 0; round < 10; round += 1) {
      const { refresh } = await org.grant()
      const [rotated, revoked] = await Promise.all([org.refresh(refresh), org.post(path, { token: refresh })])
      const rest = rotated.body['refresh_token'] ?? refresh
      if (revoked.status === 200) equal((await org.refresh(rest)).status, 400, `round ${round}`)
      else equal((await org.refresh(rest)).status, 200, `round ${round}`) // it came after the rotation, with a superseded token
    }
  })
})

describe('revoking an access token', () => {
  test('ends that one alone: its family and its siblings live on', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const rotated = await org.refresh(refresh)
    equal((await org.post(path, { token: access })).status, 200)
    equal(await works(org, access), false)
    equal(await works(org, rotated.body['access_token'] ?? ''), true)
    equal((await org.refresh(rotated.body['refresh_token'] ?? '')).status, 200)
    deepEqual(org.revocations, [])
  })

  test('a second time fails', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    await org.post(path, { token: access })
    deepEqual((await org.post(path, { token: access })).json.error, 'invalid_token')
  })

  test('twice at the same time succeeds once', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const peer = parseAddress('127.0.0.1')
    if (!peer.ok) throw new Error(peer.fault.message)
    const from = { address: peer.value, via: 'peer', peer: peer.value } as const
    const call = { token: access, reason: undefined, caller: { from, userAgent: undefined, listening: () => true } }
    const outcomes = await Promise.all([revoke(org.parts, call), revoke(org.parts, call)])
    deepEqual(outcomes.map(({ kind }) => kind).toSorted(), ['refused', 'revoked'])
    deepEqual(
      (await org.history())
        .slice(0, 2)
        .map(({ decision }) => decision)
        .toSorted(),
      ['revoke', 'revoked'],
    )
  })

  test('is not undone by a renewal that was on its way', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    await org.post(path, { token: access })
    const grant = (await org.rows<{ id: string }>('SELECT id FROM grants'))[0]?.id ?? ''
    await org.parts.storage.write('slideAccessToken', { grant, sequence: 1, endsAt: Number.MAX_SAFE_INTEGER })
    equal(await works(org, access), false)
  })

  test('P-10: makes the one row, and keeps it until the token is dead under any timeout', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const issued = org.parts.clock()
    deepEqual(await org.rows('SELECT * FROM access_tokens'), [])
    await org.post(path, { token: access })
    const rows = await org.rows<{ revoked: number; ends_at: number }>('SELECT revoked, ends_at FROM access_tokens')
    deepEqual(rows, [{ revoked: 1, ends_at: issued + 24 * 3_600_000 }])
  })
})

describe('the revocation endpoint', () => {
  test('tells a text that is no token at all from one that is not valid', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const errors = []
    for (const token of ['something', `${access.slice(0, -2)}AA`, `${refresh.slice(0, -2)}AA`, ''])
      errors.push((await org.post(path, { token })).json.error)
    deepEqual(errors, ['unsupported_token_type', 'invalid_token', 'invalid_token', 'invalid_request'])
  })

  test('P-11: counts junk and writes no history of it', async () => {
    await using org = await openEndpointOrg()
    await org.post(path, { token: 'something' })
    await org.parts.monitor.flush()
    deepEqual(await org.history(), [])
    deepEqual(
      (await org.rows<{ kind: string }>('SELECT kind FROM junk')).map(({ kind }) => kind),
      ['revoke'],
    )
  })

  test('writes its errors in the form that was asked for', async () => {
    await using org = await openEndpointOrg()
    const form = { token: 'something' }
    equal(
      (await org.post(path, { ...form, format: 'urlencoded' })).text,
      'error=unsupported_token_type&error_description=this+token+type+is+not+supported',
    )
    match((await org.post(path, form, { accept: 'application/xml' })).text, /<error>unsupported_token_type<\/error>/)
  })

  test('takes the token from the address by GET', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const answer = await org.get(`${path}?token=${encodeURIComponent(access)}`)
    deepEqual([answer.status, answer.text], [200, ''])
    equal(await works(org, access), false)
  })

  test('calls back with what happened, as a script that cannot be read as anything else', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const url = `${path}?token=${encodeURIComponent(access)}&callback=app.done`
    const [first, second] = [await org.get(url), await org.get(url)]
    deepEqual([first.status, first.text], [200, '/**/app.done({});'])
    deepEqual([second.status, second.text], [200, '/**/app.done({"error":"invalid_token"});'])
    equal(first.headers.get('content-type'), 'application/javascript;charset=UTF-8')
    equal(first.headers.get('x-content-type-options'), 'nosniff')
  })

  test('refuses a callback that is more than a name, and revokes nothing then', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    for (const callback of ['alert(1)//', 'a b', 'a..b', '', '<script>', 'a'.repeat(65), '1a']) {
      const query = new URLSearchParams({ token: access, callback })
      const answer = await org.get(`${path}?${query.toString()}`)
      deepEqual([answer.status, answer.json.error], [400, 'invalid_request'], callback)
      match(answer.headers.get('content-type') ?? '', /^application\/json/)
    }
    equal(await works(org, access), true)
  })
})
