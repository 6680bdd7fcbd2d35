/** An access token speaks for one user: what it sees and ends of the tokens of others depends on that user's permissions. */
import { deepEqual, equal } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startOrg, type TestOrg, type Tokens } from '../../src/testing.ts'
import { call } from '../admin/call.ts'

const usage = '/services/data/v64.0/apps/oauth/usage'
const [admin, plain, helper, manager] = ['a@x.example', 'p@x.example', 'h@x.example', 'm@x.example']

describe('OAuth usage over the REST API', () => {
  let org: TestOrg
  const tokens = new Map<string, Tokens>()
  const ids = new Map<string, string>()
  before(async () => {
    org = await startOrg({
      users: [
        { username: admin, profile: 'System Administrator' },
        { username: plain, profile: 'Standard User' },
        { username: helper },
        { username: manager, profile: 'Standard User' },
      ],
    })
    const set = { name: 'Managers', userPermissions: ['ManageRemoteAccess'], assigned: [manager] }
    equal((await call(org, '/permission-sets', { body: set })).status, 201)
    for (const username of [admin, plain, helper, manager]) {
      const grant = await org.grant({ username })
      tokens.set(username, grant)
      ids.set(username, (grant['id'] ?? '').split('/').at(-1) ?? '')
    }
  })
  after(() => org.close())

  const send = async (method: string, path: string, who: string) => {
    const headers = { authorization: `Bearer ${tokens.get(who)?.access_token}` }
    const answer = await fetch(org.url + path, { method, headers })
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) }
  }
  const app = (): string => `${usage}/${org.client.name}`

  for (const who of [plain, helper])
    test(`${who} without permissions neither lists nor ends what belongs to others`, async () => {
      equal((await send('GET', usage, who)).status, 403)
      equal((await send('GET', `${app()}/users`, who)).status, 403)
      equal((await send('GET', `${app()}/${ids.get(admin)}/tokens`, who)).status, 403)
      equal((await send('DELETE', `${app()}/${ids.get(admin)}/tokens`, who)).status, 403)
      equal((await send('DELETE', `${app()}/tokens`, who)).status, 403)
      const { body } = await call(org, `/oauth-usage?user=${admin}`)
      equal((await send('DELETE', `${usage}/tokens/${body.grants[0].id}`, who)).status, 404) // nor learns which exist
      equal((await send('GET', usage, admin)).status, 200, 'the grant of the administrator has ended')
    })

  test('SOQL shows everyone their own tokens, and all to who manages them', async () => {
    const query = `/services/data/v64.0/query?q=${encodeURIComponent('SELECT UserId FROM OauthToken')}`
    const usersOf = async (who: string): Promise<unknown> =>
      (await send('GET', query, who)).json.records.map(({ UserId }: { UserId: string }) => UserId).toSorted()
    deepEqual(await usersOf(plain), [ids.get(plain)])
    deepEqual(await usersOf(admin), [...ids.values()].toSorted())
    const ofAdmin = `${query}${encodeURIComponent(` WHERE UserId = '${ids.get(admin)}'`)}`
    deepEqual((await send('GET', ofAdmin, plain)).json.records, [])
  })

  for (const who of [admin, manager])
    test(`${who} lists everyone's`, async () => equal((await send('GET', `${app()}/users`, who)).json.users.length, 4))

  test('everyone lists and ends their own', async () => {
    const mine = `${app()}/${ids.get(helper)}/tokens`
    equal((await send('GET', mine, helper)).json.tokens.length, 1)
    equal((await send('DELETE', mine, helper)).status, 200)
    equal((await send('GET', mine, helper)).status, 401)
  })

  test('a permission that is taken away is gone with the reply', async () => {
    equal((await call(org, '/permission-sets/Managers', { method: 'PATCH', body: { assigned: [] } })).status, 200)
    equal((await send('GET', `${app()}/users`, manager)).status, 403)
  })
})
