/** Org, gateway and keeper as they are, over real sockets, and a cutover between two pairs of addresses of them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { gatewayTraffic } from '../../src/cutover/adapters/gateway-traffic.ts'
import { openJsonApi } from '../../src/cutover/adapters/json-api.ts'
import { keeperCanary } from '../../src/cutover/adapters/keeper-canary.ts'
import { orgAllowlist } from '../../src/cutover/adapters/org-allowlist.ts'
import { readEntry, writeEntry } from '../../src/cutover/entry-text.ts'
import { takeJournal } from '../../src/cutover/journal.ts'
import { listSeenOf, readLists } from '../../src/cutover/look.ts'
import type { CutoverPorts, TrafficPort } from '../../src/cutover/ports.ts'
import type { Entry } from '../../src/cutover/rules/journal.ts'
import type { Plan } from '../../src/cutover/rules/plan.ts'
import { runCutover } from '../../src/cutover/runner.ts'
import { findEntries } from '../../src/cutover/store/journal.ts'
import { migrations } from '../../src/cutover/store/migrations.ts'
import { writes } from '../../src/cutover/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Clock } from '../../src/values/domain.ts'
import { secret } from '../../src/values/secret.ts'
import { days, instant, milliseconds, seconds, type Duration } from '../../src/values/time.ts'
import { changeApp } from '../clients/wire.ts'
import { startOrgBehind, startTestGateway } from '../gateway/kit.ts'
import { openService } from '../keeper/service-scene.ts'
import { redeemUntil, type Redeemed } from './customer.ts'

export const plan: Plan = {
  apps: [{ name: 'Test_App', kind: 'external-client-app' }],
  from: ['127.0.0.11', '127.0.0.12'],
  to: ['127.0.0.21', '127.0.0.22'],
  terms: {
    ...{
      propagation: milliseconds(300),
      watch: milliseconds(1500),
      redemptionSuccess: 0.999,
      quiet: milliseconds(600),
      drain: seconds(5),
    },
    ...{ probes: 2, proofs: 1, recheck: seconds(30), retry: milliseconds(300), patience: 6, saves: 3 },
    freshness: seconds(2),
  },
}
const row = (address: string) => ({ startIpAddress: address, endIpAddress: address })

export type Place = {
  readonly ports: CutoverPorts
  /** As a plan has it that names another client. */
  readonly others: TrafficPort
  /** Redeems all the time until it is stopped; resolves with what was refused, and how often it went well. */
  readonly load: (stop: AbortSignal) => Promise<Redeemed>
}

/** The clock of this machine, which is that of all others as well. */
export const realTime: Clock = () => instant(Date.now())

/** `clock`: of the runner. */
export async function openPlace(t: TestContext, clock: Clock = realTime): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const org = await startOrgBehind(t)
  await changeApp(org, {
    oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: plan.from.map(row) },
  })
  const gateway = await startTestGateway(t, {
    allow: [`127.0.0.1:${new URL(org.url).port}`],
    configuration: { healthCheck: { every: '200ms' } },
  })
  const service = await openService(folder, {}, secret(gateway.proxyUrl))
  t.after(() => service.close())
  const { consumerKey: clientId, consumerSecret } = org.client
  await service.keeper.saveApp({ name: 'nightly', loginUrl: org.url, clientId, clientSecret: secret(consumerSecret) })
  for (const id of ['canary', 'customer']) {
    const { refresh_token } = await org.grant()
    await service.keeper.adopt({ id, app: 'nightly', refreshToken: secret(refresh_token) })
  }
  const adminApi = openJsonApi({
    base: `${gateway.adminUrl}/admin/v1`,
    ...{ token: gateway.running.adminToken.token, clock },
  })
  const pool = (clients: readonly string[]) =>
    gatewayTraffic({ api: adminApi, wait: async (length) => await sleep(length), clients })
  const traffic = pool(['backend'])
  const allowlist = orgAllowlist(
    openJsonApi({ base: `${org.url}/admin/v1`, token: secret(org.adminToken), clock }),
    'Test_App',
  )
  const keeperApi = openJsonApi({ base: `${service.url}/v1`, token: service.token.token })
  const canary = keeperCanary({ api: keeperApi, connections: ['canary'], egressOf: traffic.egressOf })
  return {
    ports: { lists: [{ allowlist, canary }], traffic, lookBack: days(30) },
    others: pool(['somebody']),
    load: async (stop) => await redeemUntil(stop, async () => await service.keeper.verify('customer')),
  }
}

export type Runs = {
  readonly run: () => Promise<string>
  readonly rollBack: () => Promise<string>
  readonly entries: () => Promise<readonly Entry[]>
}

export async function openRuns(t: TestContext, { ports }: Place, clock: Clock = realTime): Promise<Runs> {
  const storage = await openStorage({
    ...{ url: 'sqlite::memory:', system: 'cutover', migrations, writes },
    writesModule: new URL('../../src/cutover/store/writes.ts', import.meta.url),
  })
  t.after(() => storage.close())
  const lists = (await readLists(ports)).map((each) => listSeenOf(each, [...plan.from, ...plan.to]))
  const planned: Entry = { at: clock(), kind: 'planned', plan, lists }
  await storage.write('createCutover', { id: 'one', apps: ['Test_App'], entry: writeEntry(planned) })
  const run = async (): Promise<string> => {
    const taken = await takeJournal({ storage, holder: 'a test', leaseMs: 0 }, 'one')
    if (taken.kind !== 'taken') throw new Error(taken.kind)
    const end = await runCutover({
      ...{ ports, journal: taken.journal, clock, runner: 'a test', tell: () => undefined },
      wait: async (length: Duration) => await sleep(length),
      stopping: AbortSignal.timeout(60_000),
    })
    return end.kind === 'ended' ? `${end.how}: ${end.instruction}` : end.kind
  }
  return {
    run,
    async rollBack() {
      const asked: Entry = { at: clock(), kind: 'asked', what: 'rollback' }
      await storage.write('ask', { id: 'one', at: asked.at, entry: writeEntry(asked) })
      return await run()
    },
    entries: async () =>
      (await storage.read(() => findEntries({ id: 'one', after: 0 }))).map(({ entry }) => readEntry(entry)),
  }
}
