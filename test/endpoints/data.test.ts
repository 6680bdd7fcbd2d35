import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hours } from '../../src/values/time.ts'
import { ada, ben, openEndpointOrg, organization, sync } from './endpoint-org.ts'

const v = '/services/data/v66.0'
const query = (soql: string) => `${v}/query?q=${encodeURIComponent(soql)}`
const session = (message: string) => [{ message, errorCode: 'INVALID_SESSION_ID' }]

describe('the REST API', () => {
  test('lists its versions to everyone', async () => {
    await using org = await openEndpointOrg()
    const { json } = await org.get('/services/data')
    deepEqual(json[0], { label: "Spring '21", url: '/services/data/v51.0', version: '51.0' })
    deepEqual(json.at(-1), { label: "Spring '26", url: v, version: '66.0' })
    equal(json.find((each: { version: string }) => each.version === '59.0').label, "Winter '24")
  })

  test('tells a client to refresh where its token is unknown, expired or revoked', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const revoked = await org.grant()
    await org.post('/services/oauth2/revoke', { token: revoked.refresh })
    org.advance(hours(2))
    for (const token of [undefined, 'x', access, revoked.access]) {
      const answer = await org.get(v, token)
      deepEqual([answer.status, answer.json], [401, session('Session expired or invalid')])
    }
  })

  test('tells a client that refreshing is of no use where scope, app or user refuse', async () => {
    await using org = await openEndpointOrg()
    const answer = session('This session is not valid for use with the REST API')
    const narrow = await org.grant({ scope: 'openid' })
    deepEqual((await org.get(v, narrow.access)).json, answer)
    const { access } = await org.grant()
    org.app({ isEnabled: false })
    deepEqual((await org.get(v, access)).json, answer)
    org.app({})
    await org.execute('UPDATE users SET is_active = 0')
    deepEqual((await org.get(v, access)).json, answer)
  })

  test('works from anywhere, whatever the allowlist says', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    org.app({}, { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: [] })
    equal((await org.get(v, access)).status, 200)
  })

  test('has a narrowed access token do only what its own scopes allow', async () => {
    await using org = await openEndpointOrg()
    const { refresh } = await org.grant()
    const client = { client_id: sync.key, client_secret: sync.secret }
    const narrowed = await org.post('/services/oauth2/token', {
      ...{ grant_type: 'refresh_token', refresh_token: refresh, scope: 'openid', ...client },
    })
    equal((await org.get(v, narrowed.json.access_token)).status, 401)
  })

  test('lists its resources', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    deepEqual((await org.get(v, access)).json, {
      ...{ sobjects: `${v}/sobjects`, query: `${v}/query`, limits: `${v}/limits` },
      identity: `${org.origin}/id/${organization}/${ada.id}`,
    })
    const { json } = await org.get(`${v}/sobjects`, access)
    deepEqual(
      json.sobjects.map(({ name }: { name: string }) => name),
      ['LoginHistory', 'OauthToken', 'User', 'UserPermissionAccess'],
    )
  })

  test('knows no other version, resource or method, and says so only to who may know', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const missing = [{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' }]
    for (const path of ['/services/data/v12.0/limits', '/services/data/latest', `${v}/chatter/feeds`]) {
      const answer = await org.get(path, access)
      deepEqual([answer.status, answer.json], [404, missing], path)
      equal((await org.get(path)).status, 401)
    }
    equal((await org.send('POST', `${v}/limits`, access)).status, 404)
  })

  test('counts its calls', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const remaining = async () => (await org.get(`${v}/limits`, access)).json.DailyApiRequests.Remaining
    const first = await remaining()
    await org.get(v, access)
    equal(await remaining(), first - 2)
    org.advance(hours(1.5))
    await remaining() // keeps the session alive on the way through the day
    for (let n = 0; n < 17; n += 1) {
      org.advance(hours(1.5))
      await org.get('/services/oauth2/userinfo', access)
    }
    equal(await remaining(), first)
  })
})

describe('a user record', () => {
  test('has the fields that the command line client reads after a login', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const { json } = await org.get(`/services/data/v51.0/sobjects/User/${ada.id}`, access)
    deepEqual(json, {
      attributes: { type: 'User', url: `/services/data/v51.0/sobjects/User/${ada.id}` },
      ...{ Id: ada.id, Username: ada.username, LastName: 'Lovelace', FirstName: 'Ada', Name: 'Ada Lovelace' },
      ...{ Email: 'ada@mail.example', Alias: 'ada', IsActive: true, UserType: 'Standard' },
      ...{ TimeZoneSidKey: 'America/Los_Angeles', LocaleSidKey: 'en_US', LanguageLocaleKey: 'en_US' },
      ...{ CreatedDate: '2026-01-01T00:00:00.000+0000', LastModifiedDate: '2026-01-01T01:00:00.000+0000' },
    })
  })

  test('is cut down to the fields that are named, by an id of 15 characters too', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const { json } = await org.get(`${v}/sobjects/User/${ada.id.slice(0, 15)}?fields=username`, access)
    deepEqual(Object.keys(json), ['attributes', 'Username', 'Id'])
  })

  test('is not found by what is no id or nobody, and not with a field that is not there', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const answers = []
    for (const path of ['nobody', '005000000000009AAA', `${ada.id}?fields=Shoe`]) {
      const { status, json } = await org.get(`${v}/sobjects/User/${path}`, access)
      answers.push([status, json[0].errorCode])
    }
    deepEqual(answers, [
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
      [400, 'INVALID_FIELD'],
    ])
  })
})

describe('a query', () => {
  test('finds users by username in any case, by id, or all of them', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const found = async (soql: string) => (await org.get(query(soql), access)).json
    deepEqual(await found("SELECT Id, Username FROM User WHERE Username = 'ADA@demo.example'"), {
      ...{ totalSize: 1, done: true },
      records: [
        { attributes: { type: 'User', url: `${v}/sobjects/User/${ada.id}` }, Id: ada.id, Username: ada.username },
      ],
    })
    equal((await found(`SELECT Name FROM User WHERE Id = '${ben.id.slice(0, 15)}'`)).records[0].Name, 'O<&>Neil')
    equal((await found('SELECT Id FROM User')).totalSize, 2)
    equal((await found('SELECT Id FROM User LIMIT 1')).records.length, 1)
    deepEqual(await found('SELECT Id FROM User LIMIT 0'), { totalSize: 0, done: true, records: [] })
    deepEqual(await found("SELECT Id FROM User WHERE Username = 'nobody@x.example'"), {
      ...{ totalSize: 0, done: true, records: [] },
    })
  })

  test('finds live refresh tokens with their use', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    await org.refresh(refresh)
    await org.grant({ scope: 'api' }) // without a refresh token
    const soql = `SELECT AppName, UserId, UseCount FROM OauthToken WHERE UserId = '${ada.id}'`
    const { json } = await org.get(query(soql), access)
    equal(json.totalSize, 1)
    const [{ attributes, ...record }] = json.records
    equal(attributes.type, 'OauthToken')
    deepEqual(record, { AppName: sync.name, UserId: ada.id, UseCount: 1 })
  })

  test('goes on page by page, also for clients that follow nextRecordsUrl', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    await org.execute(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
       INSERT INTO users (id, username, content, is_active, created_at, changed_at)
       SELECT printf('005%012dAAA', i + 100), printf('u%05d@many.example', i), '{}', 1, 0, 0 FROM n`,
    )
    const seen = new Set<string>()
    const sizes = []
    for (let next: string | undefined = query('SELECT Username FROM User LIMIT 4100'); next !== undefined;) {
      const { json } = await org.get(next, access)
      for (const record of json.records) seen.add(record.Username)
      sizes.push([json.records.length, json.done, json.totalSize])
      next = json.nextRecordsUrl
    }
    deepEqual(sizes, [
      [2000, false, 4100],
      [2000, false, 4100],
      [100, true, 4100],
    ])
    equal(seen.size, 4100)
    equal((await org.get(`${v}/query/01gnothing`, access)).status, 404)
  })

  test('is refused in words that say what is wrong with it', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const refusals = {
      'SELECT Id FORM User': 'MALFORMED_QUERY',
      'SELECT Id FROM Account': 'INVALID_TYPE',
      'SELECT Shoe FROM User': 'INVALID_FIELD',
      "SELECT Id FROM User WHERE Id = 'x'": 'INVALID_QUERY_FILTER_OPERATOR',
    }
    for (const [soql, errorCode] of Object.entries(refusals)) {
      const { status, json } = await org.get(query(soql), access)
      deepEqual([status, json[0].errorCode], [400, errorCode], soql)
      match(json[0].message, /\w/)
    }
    equal((await org.get(`${v}/query`, access)).json[0].errorCode, 'MALFORMED_QUERY')
  })
})
