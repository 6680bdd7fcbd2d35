import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'
import { call, single } from './call.ts'

type Options = Parameters<typeof startOrg>[0]

async function open(t: TestContext, options: Options = {}): Promise<TestOrg> {
  const org = await startOrg(options)
  t.after(() => org.close())
  return org
}

/** A partner's app: one that is distributed in a package (SF-249). */
const partner = { name: 'Sync', contactEmail: 'owner@test.example', distributionState: 'Packaged' }
const path = '/apps/Sync'
const list = `${path}/refresh-token-ip-allowlist`
const patch = (org: TestOrg, body: object) => call(org, path, { method: 'PATCH', body })
const made = async (org: TestOrg, about: object = {}) =>
  equal((await call(org, '/apps', { body: { ...partner, ...about } })).status, 201)
const enforced = { oauthSecuritySettings: { tokenIpRanges: [single('127.0.0.1')] } }

describe('controls of a partner app over the admin API', () => {
  const refused: Record<string, readonly [object, string]> = {
    'SF-98: PKCE': [{ globalOauthSettings: { isPkceRequired: false } }, 'globalOauthSettings.isPkceRequired'],
    'SF-196: rotation': [
      { globalOauthSettings: { isRefreshTokenRotationEnabled: false } },
      'globalOauthSettings.isRefreshTokenRotationEnabled',
    ],
    'SF-147: the allowlist': [
      { oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: false } },
      'oauthSecuritySettings.enforceRefreshTokenIpAllowlist',
    ],
    'the mark of the partner itself, by which the others would come free': [
      { distributionState: 'Local' },
      'distributionState',
    ],
  }
  for (const [what, [body, setting]] of Object.entries(refused))
    test(`${what} cannot be switched off again, and the refusal names it`, async (t) => {
      const org = await open(t)
      await made(org, enforced)
      const before = await call(org, path)
      const reply = await patch(org, body)
      deepEqual([reply.status, reply.body.code], [422, 'CONTROL_IS_ONE_WAY'])
      deepEqual(
        reply.body.faults.map((fault: { path: string }) => fault.path),
        [setting],
      )
      match(reply.body.detail, /cannot/)
      match(reply.body.next.join('\n'), /org\.controls\.oneWay/)
      deepEqual((await call(org, path)).body, before.body)
    })

  test('SF-147: a list that is enforced cannot be relaxed, while its ranges stay editable', async (t) => {
    const org = await open(t)
    await made(org, enforced)
    const put = (body: object) => call(org, list, { method: 'PUT', body })
    const off = await put({ enforce: false, ranges: [single('127.0.0.1')] })
    deepEqual([off.status, off.body.code], [422, 'CONTROL_IS_ONE_WAY'])
    equal((await call(org, list)).body.enforce, true)
    equal((await put({ enforce: true, ranges: [single('127.0.0.2')] })).status, 200)
    equal((await put({ enforce: true, ranges: [], confirmEmpty: true })).status, 200)
  })

  test('all that is refused is named at once, and nothing of the patch is taken', async (t) => {
    const org = await open(t)
    await made(org, enforced)
    const switches = { isPkceRequired: false, isRefreshTokenRotationEnabled: false }
    const { body } = await patch(org, { label: 'New', globalOauthSettings: switches })
    equal(body.faults.length, 2)
    equal((await call(org, path)).body.label, undefined)
  })

  test('another change, and switching on, is nobody’s concern', async (t) => {
    const org = await open(t)
    await made(org, { globalOauthSettings: { isPkceRequired: false } })
    equal((await patch(org, { label: 'New' })).status, 200)
    equal((await patch(org, { globalOauthSettings: { isPkceRequired: true } })).status, 200)
    equal((await patch(org, { globalOauthSettings: { isPkceRequired: false } })).status, 422)
  })

  test('an app that is not distributed can be switched off, and can become a partner’s while it is', async (t) => {
    const org = await open(t)
    await made(org, { ...enforced, distributionState: 'Local' })
    equal((await patch(org, { globalOauthSettings: { isPkceRequired: false } })).status, 200)
    equal((await call(org, list, { method: 'PUT', body: { enforce: false, ranges: [] } })).status, 200)
    equal((await patch(org, { distributionState: 'Packaged' })).status, 200)
  })

  test('controls.oneWay false lets all of it through', async (t) => {
    const org = await open(t, { configuration: { controls: { oneWay: false } } })
    await made(org, enforced)
    equal((await patch(org, { globalOauthSettings: { isPkceRequired: false } })).status, 200)
    equal((await call(org, list, { method: 'PUT', body: { enforce: false, ranges: [] } })).status, 200)
  })
})
