/** A genuine refresh token whose grant the store does not have. */
import { deepEqual, equal } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { callerFrom, openTestParts, secretOf, type TestParts } from '../../../../test/org-parts/parts.ts'
import { sampleGrantId } from '../../../../test/org-parts/store.ts'
import { generation, grantId } from '../../../values/domain.ts'
import { days } from '../../../values/time.ts'
import { mintRefreshToken } from '../../tokens/refresh-token.ts'
import { answerTokenRequest } from './answer-token-request.ts'

async function open(t: TestContext): Promise<{ readonly org: TestParts; readonly token: string }> {
  const org = await openTestParts(t)
  return { org, token: mintRefreshToken(grantId(sampleGrantId), generation(3), org.parts).text }
}

async function refresh({ parts }: Pick<TestParts, 'parts'>, token: string): Promise<string> {
  const form = { client_id: '3MVG9billing', client_secret: secretOf('Billing'), refresh_token: token }
  const outcome = await answerTokenRequest(parts, {
    form: new Map(Object.entries({ ...form, grant_type: 'refresh_token' })),
    authorization: undefined,
    caller: callerFrom('192.0.2.1'),
  })
  return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind
}
const alerts = async ({ store }: TestParts) =>
  (await store.rows('SELECT kind FROM alerts ORDER BY id')).map(({ kind }) => kind)

describe('a token without a grant', () => {
  test('P-08: once it is so old that the grant may have ended and been forgotten, it is revoked, and alarms nobody', async (t) => {
    const { org, token } = await open(t)
    org.pass(days(399))
    equal(await refresh(org, token), 'STORE_WENT_BACK')
    org.pass(days(2))
    for (let nth = 0; nth < 3; nth += 1) equal(await refresh(org, token), 'TOKEN_REVOKED')
    deepEqual(await alerts(org), ['store-went-back'])
  })

  test('P-09: under a compromised key it is no alarm: whoever has the key makes as many as he likes', async (t) => {
    const { org, token } = await open(t)
    const { keyring } = org.parts
    const leaked: typeof keyring = {
      ...keyring,
      tagKey: (id) => ({ ...keyring.activeTagKey, id, state: 'compromised' }),
    }
    equal(await refresh({ parts: { ...org.parts, keyring: leaked } }, token), 'TOKEN_REVOKED')
    deepEqual(await alerts(org), [])
  })
})
