/** A runner whose clock is minutes off: what org and gateway say of times is compared in one time. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayTraffic } from '../../src/cutover/adapters/gateway-traffic.ts'
import { openJsonApi, type JsonApi } from '../../src/cutover/adapters/json-api.ts'
import { orgAllowlist } from '../../src/cutover/adapters/org-allowlist.ts'
import { openSalesforceApi } from '../../src/cutover/adapters/salesforce-api.ts'
import { salesforceHistory } from '../../src/cutover/adapters/salesforce-history.ts'
import { startOrg } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import { instant, type Instant } from '../../src/values/time.ts'
import { startTestGateway } from '../gateway/kit.ts'
import { startEchoOrigin } from '../gateway/origin.ts'
import { connectThrough, echoed } from '../gateway/raw-client.ts'
import { redeemerOf } from '../rotation/redeem.ts'
import { times, wait } from './salesforce-scene.ts'

/** What the clock of the runner is ahead of all others, ms. */
const skews = { 'five minutes fast': 300_000, 'five minutes slow': -300_000 }
const addresses = ['127.0.0.11']
const near = 3000 // ms: a second that a header names, and what the calls take

for (const [called, skew] of Object.entries(skews)) {
  const clock = (): Instant => instant(Date.now() + skew)
  const later = (ms: number): Instant => instant(clock() + ms)
  const isNear = (at: number | undefined): boolean => at !== undefined && Math.abs(at - clock()) < near
  const apiOf = (base: string, token: string): JsonApi => openJsonApi({ base, token: secret(token), clock })

  test(`P-66, SF-285: a runner that is ${called} neither counts what was before nor misses what was after`, async (t) => {
    await using org = await startOrg()
    const { consumerKey, consumerSecret } = org.client
    const redeemer = redeemerOf(org.url, { consumerKey, consumerSecret, from: '127.0.0.11' })
    t.after(() => redeemer.close())
    const { refresh_token, access_token } = await org.grant({ from: '127.0.0.11' })
    const [soon, before] = [later(10_000), later(-10_000)]
    equal((await redeemer.redeem(refresh_token)).status, 200)

    const list = (): ReturnType<typeof orgAllowlist> =>
      orgAllowlist(apiOf(`${org.url}/admin/v1`, org.adminToken), org.client.name)
    equal((await list().redemptions(soon, addresses)).attempts, 0, 'the first call measures, and is made again')
    equal((await list().redemptions(before, addresses)).attempts, 1)
    const ours = list()
    ok((await ours.redeemers(before)).every(({ at }) => isNear(at)))
    ok(Math.abs((ours.ahead?.() ?? 0) + skew) < near)

    const tokenOf = async (): Promise<string> => await Promise.resolve(access_token)
    const salesforce = openSalesforceApi({ instance: org.url, api: '62.0', tokenOf, times, wait, clock })
    const history = salesforceHistory({ salesforce, application: org.client.name, clock })
    deepEqual((await history.redemptions(before, addresses)).attempts, 2, 'the login is in it too')
    deepEqual((await history.redemptions(soon, addresses)).attempts, 0)
    ok((await history.redeemers(before)).some(({ at }) => isNear(at)))
  })

  test(`P-66: a runner that is ${called} knows when something last left by the gateway`, async (t) => {
    const origin = await startEchoOrigin(t)
    const gateway = await startTestGateway(t, { allow: [origin.at] })
    const api = apiOf(`${gateway.adminUrl}/admin/v1`, gateway.running.adminToken.token.expose())
    const { raw } = await connectThrough(gateway, origin.at, { fields: ['Sallyport-Egress: a'] })
    equal(await echoed(raw, 'here'), 'here')
    raw.socket.destroy()
    await gateway.haveEnded(1)
    const traffic = gatewayTraffic({ api, wait, clients: undefined })
    const { usedAt } = await traffic.read(later(-86_400_000))
    ok(isNear(usedAt.get('127.0.0.11')), `${usedAt.get('127.0.0.11')} is not near ${clock()}`)
  })
}
