import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call, redeem } from './call.ts'

async function open(t: TestContext): Promise<TestOrg> {
  const org = await startOrg()
  t.after(() => org.close())
  return org
}
const rotate = (org: TestOrg, body: object = {}) => call(org, '/keyring/rotate', { method: 'POST', body })
const alive = async (org: TestOrg, token: string) => {
  const reply = await fetch(`${org.url}/services/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  return reply.status === 200
}

describe('the keyring over the admin API', () => {
  test('P-09: after a rotation every token of before works, and a replay is still known as one', async (t) => {
    const org = await open(t)
    const grant = await org.grant()
    const { status, body } = await rotate(org)
    equal(status, 200)
    deepEqual(body.tagKeys, [
      { id: 1, state: 'retired' },
      { id: 2, state: 'active' },
    ])
    equal(await alive(org, grant.access_token), true)
    const second = await redeem(org, grant.refresh_token)
    equal(second.status, 200)
    equal((await redeem(org, second.body.refresh_token)).status, 200)
    equal((await redeem(org, grant.refresh_token)).status, 400)
    equal((await redeem(org, second.body.refresh_token)).status, 400)
    const { body: monitoring } = await call(org, '/ip-monitoring')
    match(JSON.stringify(monitoring.alerts), /"kind":"replay"/)
  })

  test('P-09: under a key that is marked compromised the current token redeems, a spent one revokes nothing, access tokens are dead', async (t) => {
    const org = await open(t)
    const first = await org.grant()
    const current = (await redeem(org, first.refresh_token)).body
    deepEqual((await rotate(org, { compromised: true })).body.tagKeys, [
      { id: 1, state: 'compromised' },
      { id: 2, state: 'active' },
    ])
    equal(await alive(org, current.access_token), false)
    equal((await redeem(org, first.refresh_token)).status, 400, 'whoever has the key could have made this one')
    const next = await redeem(org, current.refresh_token)
    equal(next.status, 200)
    equal(await alive(org, next.body.access_token), true)
    equal((await redeem(org, next.body.refresh_token)).status, 200)
  })

  test('is listed by ids and states, and the rotation is in the setup audit trail', async (t) => {
    const org = await open(t)
    deepEqual((await call(org, '/keyring')).body, { tagKeys: [{ id: 1, state: 'active' }] })
    await rotate(org, { compromised: true })
    const { body } = await call(org, '/setup-audit-trail')
    const [entry] = body.entries.filter(({ object }: { object: string }) => object === 'keyring')
    deepEqual([entry.action, entry.actor], ['rotateTagKey', 'admin API'])
    match(JSON.stringify(entry), /compromised/)
    doesNotMatch(JSON.stringify(entry), /[A-Za-z0-9_-]{43}/)
  })

  test('an unknown wish is refused', async (t) => {
    const org = await open(t)
    deepEqual((await rotate(org, { compromized: true })).status, 422)
    equal((await call(org, '/keyring')).body.tagKeys.length, 1)
  })
})
