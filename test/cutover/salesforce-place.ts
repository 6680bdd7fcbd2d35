/** What a cutover of an app in a Salesforce org runs with: real org, gateway and keeper; list by the Metadata API, evidence by SOQL, both through jsforce. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { gatewayTraffic } from '../../src/cutover/adapters/gateway-traffic.ts'
import { openJsonApi } from '../../src/cutover/adapters/json-api.ts'
import { keeperCanary } from '../../src/cutover/adapters/keeper-canary.ts'
import { personList } from '../../src/cutover/adapters/person-list.ts'
import { salesforceList } from '../../src/cutover/adapters/salesforce-allowlist.ts'
import { openSalesforceApi } from '../../src/cutover/adapters/salesforce-api.ts'
import { salesforceHistory } from '../../src/cutover/adapters/salesforce-history.ts'
import { writeEntry } from '../../src/cutover/entry-text.ts'
import { takeJournal } from '../../src/cutover/journal.ts'
import { listSeenOf, readLists } from '../../src/cutover/look.ts'
import type { CutoverPorts } from '../../src/cutover/ports.ts'
import type { Entry } from '../../src/cutover/rules/journal.ts'
import type { Plan } from '../../src/cutover/rules/plan.ts'
import { runCutover } from '../../src/cutover/runner.ts'
import { migrations } from '../../src/cutover/store/migrations.ts'
import { writes } from '../../src/cutover/store/writes.ts'
import { formatRange } from '../../src/ip/range.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { TestOrg } from '../../src/testing.ts'
import { secret } from '../../src/values/secret.ts'
import { days, instant, milliseconds, seconds, type Duration } from '../../src/values/time.ts'
import { changeApp } from '../clients/wire.ts'
import { startOrgBehind, startTestGateway } from '../gateway/kit.ts'
import { openService } from '../keeper/service-scene.ts'
import { redeemUntil, type Redeemed } from './customer.ts'
import { app, times, wait } from './salesforce-scene.ts'

export const plan: Plan = {
  apps: [{ name: app, kind: 'external-client-app' }],
  from: ['127.0.0.11', '127.0.0.12'],
  to: ['127.0.0.21', '127.0.0.22'],
  terms: {
    ...{
      propagation: milliseconds(300),
      watch: milliseconds(1500),
      quiet: milliseconds(600),
      drain: seconds(5),
      redemptionSuccess: 0.999,
    },
    ...{
      probes: 2,
      proofs: 1,
      recheck: seconds(30),
      retry: milliseconds(300),
      patience: 6,
      saves: 3,
      freshness: seconds(2),
    },
  },
}
export const row = (address: string): { readonly startIpAddress: string; readonly endIpAddress: string } => ({
  startIpAddress: address,
  endIpAddress: address,
})
const clock = () => instant(Date.now())

export type Place = {
  readonly org: TestOrg
  readonly ports: CutoverPorts
  /** Redeems all the time until it is stopped; resolves with what was refused, and how often it went well. */
  readonly load: (stop: AbortSignal) => Promise<Redeemed>
}

export async function openPlace(t: TestContext): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const org = await startOrgBehind(t)
  await changeApp(org, {
    oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: plan.from.map(row) },
  })
  const allow = [`127.0.0.1:${new URL(org.url).port}`]
  const gateway = await startTestGateway(t, { allow, configuration: { healthCheck: { every: '200ms' } } })
  const service = await openService(folder, {}, secret(gateway.proxyUrl))
  t.after(() => service.close())
  const { consumerKey: clientId, consumerSecret } = org.client
  await service.keeper.saveApp({ name: 'nightly', loginUrl: org.url, clientId, clientSecret: secret(consumerSecret) })
  for (const id of ['canary', 'customer']) {
    const { refresh_token } = await org.grant({ from: '127.0.0.11' })
    await service.keeper.adopt({ id, app: 'nightly', refreshToken: secret(refresh_token) })
  }
  const traffic = gatewayTraffic({
    api: openJsonApi({ base: `${gateway.adminUrl}/admin/v1`, token: gateway.running.adminToken.token }),
    ...{ wait, clients: ['backend'] },
  })
  const keeperApi = openJsonApi({ base: `${service.url}/v1`, token: service.token.token })
  // the grant of the access token counts as well: it was made from a new address
  const { access_token } = await org.grant({ from: '127.0.0.21' })
  const salesforce = openSalesforceApi({
    instance: org.url,
    api: '62.0',
    tokenOf: () => Promise.resolve(access_token),
    times,
    wait,
    clock,
  })
  const ask = () => Promise.resolve('Type it into Setup.')
  const list = salesforceList({
    ...{ salesforce, app, api: '62.0', times, clock, wait },
    fallback: personList({ app, told: () => list.read(), ask }),
  })
  const history = salesforceHistory({ salesforce, application: app, clock, overlap: seconds(1) })
  const canary = keeperCanary({ api: keeperApi, connections: ['canary'], egressOf: traffic.egressOf })
  const allowlist = { ...list, redeemers: history.redeemers, redemptions: history.redemptions }
  return {
    ...{ org, ports: { lists: [{ allowlist, canary }], traffic, lookBack: days(30) } },
    load: async (stop) => await redeemUntil(stop, async () => await service.keeper.verify('customer')),
  }
}

export const listed = async ({ ports }: Place): Promise<readonly string[]> =>
  (await readLists(ports)).flatMap(({ rows }) => rows.map(formatRange))

export type Runs = {
  readonly run: () => Promise<string>
  readonly ask: (what: 'rollback') => Promise<void>
  readonly entries: () => Promise<readonly Entry[]>
}

export async function openRuns(t: TestContext, { ports }: Place): Promise<Runs> {
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'cutover', migrations, writes },
    writesModule: new URL('../../src/cutover/store/writes.ts', import.meta.url),
  })
  t.after(() => storage.close())
  const lists = (await readLists(ports)).map((each) => listSeenOf(each, [...plan.from, ...plan.to]))
  const planned: Entry = { at: clock(), kind: 'planned', plan, lists }
  await storage.write('createCutover', { id: 'one', apps: [app], entry: writeEntry(planned) })
  const take = async () => {
    const taken = await takeJournal({ storage, holder: 'a test', leaseMs: 0 }, 'one')
    if (taken.kind !== 'taken') throw new Error(taken.kind)
    return taken.journal
  }
  return {
    async run() {
      const end = await runCutover({
        ...{
          ports,
          journal: await take(),
          clock,
          runner: 'a test',
          tell: () => undefined,
        },
        wait: async (length: Duration) => await sleep(length),
        stopping: AbortSignal.timeout(60_000),
      })
      return end.kind === 'ended'
        ? `${end.how}: ${end.instruction}`
        : `${end.kind}: ${'question' in end ? end.question : ''}`
    },
    async ask(what) {
      const at = clock()
      await storage.write('ask', { id: 'one', at, entry: writeEntry({ at, kind: 'asked', what }) })
    },
    entries: async () => await (await take()).read(),
  }
}
