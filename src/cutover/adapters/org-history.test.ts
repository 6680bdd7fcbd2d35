import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../values/time.ts'
import type { JsonApi } from './json-api.ts'
import { orgHistory } from './org-history.ts'

const row = (subType: string, status: string, decision: string) => ({
  ...{ at: '2026-11-21T19:49:41.000Z', loginType: 'Remote Access 2.0', sourceIp: '198.51.100.1', userId: '005A' },
  ...{ subType, status, decision },
})
const entries = [
  row('refresh_token', 'Success', 'allowed'),
  row('hybrid_refresh', 'Success', 'allowed'),
  row('authorization_code', 'Success', 'allowed'),
  row('authorization_code', 'Restricted IP', 'refresh_token_ip_allowlist'),
  row('revoke', 'Success', 'revoked'),
  row('authorize', 'Failed: denied', 'denied'),
  { ...row('refresh_token', 'Restricted IP', 'refresh_token_ip_allowlist'), sourceIp: '203.0.113.66' },
]
const api: JsonApi = {
  ask: () => Promise.resolve({ status: 200, body: { entries }, etag: undefined }),
}
const { attempts, redemptions } = orgHistory(api, 'Nightly_Sync')

test('L-96: a revocation, a login and a code prove no address', async () =>
  deepEqual(
    (await attempts(instant(0))).map(({ result }) => result),
    ['refused', 'refused', 'success', 'success'],
  ))

test('nor is one of these a redemption that failed, unless the list has refused it', async () =>
  deepEqual(await redemptions(instant(0), ['198.51.100.1']), { attempts: 3, successes: 2, refused: 1, whole: true }))

test('whoever is refused from an address that is none of the plan’s turns nothing back', async () => {
  deepEqual(await redemptions(instant(1), ['192.0.2.1']), { attempts: 0, successes: 0, refused: 0, whole: true })
  const both = await redemptions(instant(2), ['198.51.100.1', '203.0.113.66'])
  deepEqual(both, { attempts: 4, successes: 2, refused: 2, whole: true })
})
