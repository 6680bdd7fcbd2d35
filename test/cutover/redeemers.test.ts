/** Who still redeems from addresses that are to go, as a real org knows it. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { openJsonApi } from '../../src/cutover/adapters/json-api.ts'
import { orgAllowlist } from '../../src/cutover/adapters/org-allowlist.ts'
import { silentOf } from '../../src/cutover/look.ts'
import { startOrg } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import { instant } from '../../src/values/time.ts'
import { redeemerOf } from '../rotation/redeem.ts'

test('L-99, P-63: of two grants of one user, the one that last redeemed from an old address is named, whenever that was', async (t) => {
  await using org = await startOrg()
  const { consumerKey, consumerSecret } = org.client
  const redeem = async (from: string, token: string): Promise<void> => {
    const redeemer = redeemerOf(org.url, { consumerKey, consumerSecret, from })
    t.after(() => redeemer.close())
    equal((await redeemer.redeem(token)).status, 200)
  }
  const moved = await org.grant({ from: '127.0.0.11' })
  const straggler = await org.grant({ from: '127.0.0.11' })
  await redeem('127.0.0.21', moved.refresh_token)
  await redeem('127.0.0.11', straggler.refresh_token) // after the move, and not through the pool
  const api = openJsonApi({ base: `${org.url}/admin/v1`, token: secret(org.adminToken) })
  const redeemers = await orgAllowlist(api, org.client.name).redeemers(instant(0))
  deepEqual(redeemers.map(({ address }) => address).toSorted(), ['127.0.0.11', '127.0.0.21'])
  const silent = silentOf(redeemers, ['127.0.0.11', '127.0.0.12'])
  equal(silent.length, 1)
  equal(silent[0], redeemers.find(({ address }) => address === '127.0.0.11')?.name)
})
