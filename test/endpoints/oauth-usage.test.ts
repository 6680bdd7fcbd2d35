import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days } from '../../src/values/time.ts'
import { ada, ben, openEndpointOrg, other, sync, type EndpointOrg } from './endpoint-org.ts'

const usage = '/services/data/v64.0/apps/oauth/usage'
const usersOf = async (org: EndpointOrg, token: string) => (await org.get(`${usage}/Sync/users`, token)).json.users

describe('OAuth usage', () => {
  test('lists apps in pages', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    deepEqual((await org.get(`${usage}?page=0&pageSize=1`, access)).json, {
      apps: [
        {
          ...{ accessTokenFormat: 'Opaque', availableActions: ['Revoke'], description: 'Other' },
          ...{ developerName: other.name, identifier: other.name, isFromPackage: false },
          usageDetailsUrl: `${usage}/Other/users`,
        },
      ],
      ...{ currentPageUrl: `${usage}?page=0&pageSize=1`, nextPageUrl: `${usage}?page=1&pageSize=1` },
    })
    const last = (await org.get(`${usage}?page=1&pageSize=1`, access)).json
    deepEqual([last.apps[0].developerName, last.nextPageUrl], [sync.name, null])
    equal((await org.get(`${usage}?pageSize=0`, access)).status, 400)
    equal((await org.get(`${usage}?page=x`, access)).status, 400)
  })

  test('takes all connections of a user together', async () => {
    await using org = await openEndpointOrg()
    const first = await org.grant()
    org.advance(days(1))
    const { access } = await org.grant()
    await org.refresh(first.refresh)
    deepEqual(await usersOf(org, access), [
      {
        ...{ appDeveloperName: sync.name, appIdentifier: sync.name },
        ...{ initialConnectionAt: '2026-01-02T00:00:00Z', lastUsedAt: '2026-01-03T00:00:00Z' },
        ...{ useCount: 1, userIdentifier: ada.id, username: ada.username },
        revocationUrl: `${usage}/Sync/${ada.id}/tokens`,
      },
    ])
  })

  test('counts refused attempts as well', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const client = { client_id: sync.key, client_secret: sync.secret }
    const form = { grant_type: 'refresh_token', refresh_token: refresh, scope: 'full', ...client }
    equal((await org.post('/services/oauth2/token', form)).json.error, 'invalid_scope')
    equal((await usersOf(org, access))[0].useCount, 1)
  })

  test('lists the tokens of a user one by one', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    await org.grant()
    await org.grant({ username: ben.username })
    const { json } = await org.get(`${usage}/Sync/${ada.id.slice(0, 15)}/tokens?pageSize=1`, access)
    deepEqual([json.tokens.length, json.tokens[0].username], [1, ada.username])
    equal(json.nextPageUrl, `${usage}/Sync/${ada.id}/tokens?page=1&pageSize=1`)
    const second = (await org.get(json.nextPageUrl, access)).json
    deepEqual([second.tokens.length, second.nextPageUrl], [1, null])
  })

  test('revokes one token by the address that it gives, durably and with an audit row', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const grant = (await org.rows<{ id: string }>('SELECT id FROM grants'))[0]?.id
    const kept = await org.grant()
    const { tokens } = (await org.get(`${usage}/Sync/${ada.id}/tokens`, kept.access)).json
    const mine = tokens.find((each: { revocationUrl: string }) => each.revocationUrl.endsWith(grant ?? '-'))
    const answer = await org.send('DELETE', mine.revocationUrl, kept.access)
    deepEqual([answer.status, answer.text], [200, ''])
    equal((await org.refresh(refresh)).status, 400)
    equal((await org.get(usage, access)).status, 401)
    equal((await org.refresh(kept.refresh)).status, 200)
    deepEqual(
      org.revocations.map((each) => [each.grant, each.reason]),
      [[grant, 'revoked']],
    )
    deepEqual(await org.rows('SELECT actor, action FROM setup_audit'), [{ actor: ada.username, action: 'revoke' }])
    equal((await org.send('DELETE', mine.revocationUrl, kept.access)).status, 404)
  })

  test('revokes all tokens of a user, or of an app', async () => {
    await using org = await openEndpointOrg()
    const admin = await org.grant({ app: other.name })
    const [first, second] = [await org.grant(), await org.grant()]
    const bens = await org.grant({ username: ben.username })
    equal((await org.send('DELETE', `${usage}/Sync/${ada.id}/tokens`, admin.access)).status, 200)
    deepEqual([(await org.refresh(first.refresh)).status, (await org.refresh(second.refresh)).status], [400, 400])
    deepEqual(
      (await usersOf(org, admin.access)).map(({ username }: { username: string }) => username),
      [ben.username],
    )
    equal((await org.send('DELETE', `${usage}/Sync/tokens`, admin.access)).status, 200)
    equal((await org.refresh(bens.refresh)).status, 400)
    deepEqual(await usersOf(org, admin.access), [])
    equal(org.revocations.length, 3)
    equal((await org.send('DELETE', `${usage}/Sync/tokens`, admin.access)).status, 200)
  })

  test('knows no app, user or token that is not there, and lets nobody in without a token', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    for (const path of ['/Nothing/users', '/Nothing/tokens', '/Sync/x/tokens', '/tokens/x']) {
      const method = path.endsWith('users') ? 'GET' : 'DELETE'
      equal((await org.send(method, usage + path, access)).status, 404, path)
      equal((await org.send(method, usage + path)).status, 401, path)
    }
    deepEqual(org.revocations, [])
  })
})
