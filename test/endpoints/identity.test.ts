import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, hours, minutes } from '../../src/values/time.ts'
import { ada, ben, openEndpointOrg, organization, type EndpointOrg } from './endpoint-org.ts'

const userinfo = '/services/oauth2/userinfo'
const id = (user: string, org: string = organization) => `/id/${org}/${user}`
const instance = 'https://demo.my.example'
const urls = (version: string) => ({
  enterprise: `${instance}/services/Soap/c/${version}/00D000000000001`,
  metadata: `${instance}/services/Soap/m/${version}/00D000000000001`,
  partner: `${instance}/services/Soap/u/${version}/00D000000000001`,
  rest: `${instance}/services/data/v${version}/`,
  sobjects: `${instance}/services/data/v${version}/sobjects/`,
  search: `${instance}/services/data/v${version}/search/`,
  query: `${instance}/services/data/v${version}/query/`,
  recent: `${instance}/services/data/v${version}/recent/`,
  tooling_soap: `${instance}/services/Soap/T/${version}/00D000000000001`,
  tooling_rest: `${instance}/services/data/v${version}/tooling/`,
  profile: `${instance}/${ada.id}`,
  feeds: `${instance}/services/data/v${version}/chatter/feeds`,
  groups: `${instance}/services/data/v${version}/chatter/groups`,
  users: `${instance}/services/data/v${version}/chatter/users`,
  feed_items: `${instance}/services/data/v${version}/chatter/feed-items`,
  feed_elements: `${instance}/services/data/v${version}/chatter/feed-elements`,
  custom_domain: instance,
})
const photos = { picture: `${instance}/profilephoto/005/F`, thumbnail: `${instance}/profilephoto/005/T` }

describe('userinfo', () => {
  test('tells all documented fields', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const answer = await org.get(userinfo, access)
    equal(answer.headers.get('content-type'), 'application/json;charset=UTF-8')
    deepEqual(answer.json, {
      ...{ sub: `${org.origin}${id(ada.id)}`, user_id: ada.id, organization_id: organization },
      ...{ preferred_username: ada.username, nickname: 'ada', name: 'Ada Lovelace' },
      ...{ email: 'ada@mail.example', email_verified: true, given_name: 'Ada', family_name: 'Lovelace' },
      ...{ zoneinfo: 'America/Los_Angeles', photos, profile: `${instance}/${ada.id}`, picture: photos.picture },
      ...{ address: {}, is_salesforce_integration_user: false, urls: urls('{version}'), active: true },
      ...{ user_type: 'STANDARD', language: 'en_US', locale: 'en_US', utcOffset: -28_800_000 },
      ...{ updated_at: '2026-01-01T01:00:00Z', is_app_installed: true },
    })
  })

  test('takes the token from the header of a POST, from its form, and under the older name of the scheme', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    equal((await org.send('POST', userinfo, access)).json.user_id, ada.id)
    equal((await org.post(userinfo, { access_token: access })).json.user_id, ada.id)
    equal((await org.get(userinfo, undefined, { authorization: `OAuth ${access}` })).json.user_id, ada.id)
    equal((await org.get(`${userinfo}?access_token=${encodeURIComponent(access)}`)).status, 403)
  })

  test('refuses every token that is not alive with 403 and one word', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    for (const token of [undefined, 'x', refresh, `${access.slice(0, -2)}AA`]) {
      const answer = await org.get(userinfo, token)
      deepEqual([answer.status, answer.text], [403, 'Bad_OAuth_Token'])
    }
    org.advance(hours(2))
    equal((await org.get(userinfo, access)).text, 'Bad_OAuth_Token')
  })

  test('answers HEAD without a body', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const answer = await org.send('HEAD', userinfo, access)
    deepEqual([answer.status, answer.text], [200, ''])
  })

  test('P-08: refuses a token of an older epoch whose grants are refused', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    await org.execute('UPDATE grants SET epoch = -1')
    equal((await org.get(userinfo, access)).status, 403)
  })
})

describe('the identity URL', () => {
  test('tells all documented fields, and is what the token reply named', async () => {
    await using org = await openEndpointOrg()
    const { access, identity } = await org.grant()
    equal(identity, `${org.origin}${id(ada.id)}`)
    deepEqual((await org.get(id(ada.id), access)).json, {
      ...{ id: identity, asserted_user: true, user_id: ada.id, organization_id: organization },
      ...{ username: ada.username, nick_name: 'ada', display_name: 'Ada Lovelace', email: 'ada@mail.example' },
      ...{ email_verified: true, first_name: 'Ada', last_name: 'Lovelace', timezone: 'America/Los_Angeles', photos },
      ...{ addr_street: null, addr_city: null, addr_state: null, addr_country: null, addr_zip: null },
      ...{ mobile_phone: null, mobile_phone_verified: false, is_lightning_login_user: false },
      ...{ status: { created_date: null, body: null }, urls: urls('{version}'), active: true, user_type: 'STANDARD' },
      ...{ language: 'en_US', locale: 'en_US', utcOffset: -28_800_000, last_modified_date: '2026-01-01T01:00:00Z' },
      is_app_installed: true,
    })
  })

  test('takes ids of 15 and of 18 characters, by GET and by POST', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const short = id(ada.id.slice(0, 15), organization.slice(0, 15))
    equal((await org.get(short, access)).json.user_id, ada.id)
    equal((await org.send('POST', short, access)).json.user_id, ada.id)
    equal((await org.post(id(ada.id), { oauth_token: access })).json.user_id, ada.id)
  })

  test('puts a version into its addresses where one is asked for', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const versions = { 'latest': '66.0', '58.0': '58.0', '12.0': '{version}', '../x': '{version}' }
    for (const [asked, version] of Object.entries(versions))
      deepEqual((await org.get(`${id(ada.id)}?version=${asked}`, access)).json.urls, urls(version), asked)
  })

  test('answers in XML by header or parameter, with every character escaped', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant({ username: ben.username })
    const answer = await org.get(`${id(ben.id)}?format=xml`, access)
    equal(answer.headers.get('content-type'), 'application/xml;charset=UTF-8')
    match(answer.text, /^<\?xml version="1.0" encoding="UTF-8"\?><user xmlns:xsi="[^"]+"><id>/)
    match(answer.text, /<last_name>O&lt;&amp;&gt;Neil<\/last_name>/)
    match(answer.text, /<status><created_date xsi:nil="true"\/><body xsi:nil="true"\/><\/status>/)
    equal((await org.get(id(ben.id), access, { accept: 'application/xml' })).text, answer.text)
    equal((await org.get(`${id(ben.id)}?format=json`, access, { accept: 'application/xml' })).json.user_id, ben.id)
  })

  test('tells of another user to a token with api, and says that he is not the one asserted', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const { json } = await org.get(id(ben.id), access)
    deepEqual([json.user_id, json.asserted_user, json.nick_name, json.first_name], [ben.id, false, 'ben', null])
  })

  test('refuses with the word for what is wrong, and the token comes first', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const narrow = (await org.grant({ scope: 'openid' })).access
    const refusals: Record<string, [path: string, token: string | undefined, word: string]> = {
      'no token': [id(ada.id), undefined, 'Bad_OAuth_Token'],
      'no token and nothing right': [id('x', 'y'), undefined, 'Bad_OAuth_Token'],
      'another org': [id(ada.id, '00D000000000002AAA'), access, 'Wrong_Org'],
      'an org that is no id': [id(ada.id, 'nothing'), access, 'Wrong_Org'],
      'a user that is no id': [id('nobody'), access, 'Bad_Id'],
      'a user id with a wrong checksum': [id('005000000000001AAB'), access, 'Bad_Id'],
      'a user who is not there': [id('005000000000009AAA'), access, 'Bad_Id'],
      'another user without the scope': [id(ben.id), narrow, 'Bad_Id'],
    }
    for (const [what, [path, token, word]] of Object.entries(refusals)) {
      const answer = await org.get(path, token)
      deepEqual([answer.status, answer.text], [403, word], what)
    }
    equal((await org.get(id(ada.id), narrow)).status, 200)
  })

  test('names pictures that are there', async () => {
    await using org = await openEndpointOrg()
    for (const url of Object.values(photos)) {
      const answer = await org.get(new URL(url).pathname)
      deepEqual([answer.status, answer.headers.get('content-type')], [200, 'image/svg+xml'])
      match(answer.text, /^<svg /)
    }
  })
})

describe('the life of an access token', () => {
  const rows = (org: EndpointOrg) => org.rows<{ ends_at: number }>('SELECT ends_at FROM access_tokens')

  test('P-10: no row is made in the first half of its life, one in the second, and the grant is never touched', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    const grants = await org.rows('SELECT * FROM grants')
    org.advance(hours(1))
    await org.get(userinfo, access)
    deepEqual(await rows(org), [])
    org.advance(minutes(1))
    await org.get(userinfo, access)
    deepEqual(await rows(org), [{ ends_at: org.parts.clock() + hours(2) }])
    org.advance(minutes(30))
    await org.get(userinfo, access) // within the first half of the renewed life
    equal((await rows(org)).length, 1)
    deepEqual(await org.rows('SELECT * FROM grants'), grants)
  })

  test('slides with use, for days', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    for (let use = 0; use < 40; use += 1) {
      org.advance(hours(1.5))
      equal((await org.get(userinfo, access)).status, 200, `use ${use}`)
    }
    org.advance(hours(2))
    equal((await org.get(userinfo, access)).status, 403)
  })

  test('is fixed where sessions do not slide', async () => {
    await using org = await openEndpointOrg({ session: { sliding: false } })
    const { access } = await org.grant()
    org.advance(hours(1.5))
    equal((await org.get(userinfo, access)).status, 200)
    org.advance(hours(0.5))
    equal((await org.get(userinfo, access)).status, 403)
    deepEqual(await rows(org), [])
  })

  test('P-10: its row goes with its end', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant()
    org.advance(hours(1.5))
    await org.get(userinfo, access)
    org.advance(days(1))
    const now = org.parts.clock()
    const none = { before: 0, keepRows: 1000 }
    const plan = { now, history: none, codesBefore: 0, endedBefore: 0, sessionGrantsBefore: 0, most: 100 }
    await org.parts.storage.write('upkeep', plan)
    deepEqual(await rows(org), [])
    equal((await org.get(userinfo, access)).status, 403)
  })

  test('slides past the end of ordinary sessions although its grant has no refresh token, and upkeep leaves that grant alone', async () => {
    await using org = await openEndpointOrg()
    const { access } = await org.grant({ scope: 'api' })
    const issued = org.parts.clock()
    for (let use = 0; use < 20; use += 1) {
      org.advance(hours(1.5))
      await org.get(userinfo, access)
    }
    const upkeep = async () => {
      const history = { before: 0, keepRows: 1000 }
      const sessionGrantsBefore = issued + 1 // as if the longest session were over
      const plan = { now: org.parts.clock(), history, codesBefore: 0, endedBefore: 0, sessionGrantsBefore, most: 100 }
      await org.parts.storage.write('upkeep', plan)
      return (await org.rows('SELECT id FROM grants')).length
    }
    equal(await upkeep(), 1)
    equal((await org.get(userinfo, access)).status, 200)
    org.advance(hours(2.5))
    equal(await upkeep(), 0)
  })

  test('outlives an ordinary rotation of its family', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    equal((await org.refresh(refresh)).status, 200)
    equal((await org.get(userinfo, access)).status, 200)
  })

  test('ends with its family when a spent refresh token comes back', async () => {
    await using org = await openEndpointOrg()
    const { access, refresh } = await org.grant()
    const rotated = await org.refresh(refresh)
    await org.refresh(refresh)
    for (const token of [access, rotated.body['access_token']]) equal((await org.get(userinfo, token)).status, 403)
  })
})
