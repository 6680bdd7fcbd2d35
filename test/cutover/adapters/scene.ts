/** An org that enforces its list, an old proxy and a new one that pin nothing, a keeper behind each over one vault, and an application that goes by a file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFile } from '../../../src/cutover/adapters/environment-file.ts'
import type { HistoryPort } from '../../../src/cutover/adapters/history.ts'
import { openJsonApi, type JsonApi } from '../../../src/cutover/adapters/json-api.ts'
import { notesIn } from '../../../src/cutover/adapters/notes.ts'
import { orgHistory } from '../../../src/cutover/adapters/org-history.ts'
import { parseProxy, type ProxyAddress } from '../../../src/cutover/adapters/proxy-url.ts'
import { sampledCanary } from '../../../src/cutover/adapters/sampled-canary.ts'
import { settingTraffic } from '../../../src/cutover/adapters/setting.ts'
import { openCutovers, type Cutovers } from '../../../src/cutover/cutover.ts'
import { readVariable } from '../../../src/cutover/environment-text.ts'
import type { CanaryPort, CutoverPorts, TrafficPort } from '../../../src/cutover/ports.ts'
import type { Plan } from '../../../src/cutover/rules/plan.ts'
import type { RunningKeeper } from '../../../src/keeper/service/service.ts'
import { systemEnvironment } from '../../../src/system.ts'
import type { TestOrg } from '../../../src/testing.ts'
import { secret, type Secret } from '../../../src/values/secret.ts'
import { milliseconds, seconds } from '../../../src/values/time.ts'
import { changeApp, openOrg } from '../../clients/wire.ts'
import type { Scope } from '../../gateway/kit.ts'
import { openService } from '../../keeper/service-scene.ts'
import { redeemUntil, type Redeemed } from '../customer.ts'
import { startBalancer, startEcho, type Balancer } from './balancer.ts'

export const plan: Plan = {
  apps: [{ name: 'Test_App', kind: 'external-client-app' }],
  from: ['127.0.0.11', '127.0.0.12'],
  to: ['127.0.0.21', '127.0.0.22'],
  terms: {
    ...{ propagation: milliseconds(200), watch: milliseconds(800), redemptionSuccess: 0.999, quiet: milliseconds(300) },
    ...{
      drain: seconds(5),
      probes: 1,
      proofs: 1,
      recheck: seconds(30),
      retry: milliseconds(100),
      patience: 2,
      saves: 3,
    },
    freshness: seconds(2),
  },
}

export type Scene = {
  readonly org: TestOrg
  readonly folder: string
  readonly file: string
  readonly old: Balancer
  readonly fresh: Balancer
  readonly history: HistoryPort
  readonly adminApi: JsonApi
  readonly traffic: TrafficPort
  readonly canary: CanaryPort
  readonly cutovers: Cutovers
  /** The list of the org as it is to be. */
  readonly setList: (...addresses: readonly string[]) => Promise<void>
  /** Once, through the old proxy or the new one. */
  readonly redeem: (connection: 'straggler', by: 'from' | 'to') => Promise<void>
  /** As an application does: reads the file, redeems through the proxy that it names; until it is stopped. Resolves with what failed, and how often it went well. */
  readonly load: (stop: AbortSignal) => Promise<Redeemed>
}

const row = (address: string) => ({ startIpAddress: address, endIpAddress: address })
const name = 'QUOTAGUARDSTATIC_URL'

export async function openScene(t: Scope): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-proxies-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const org = await openOrg()
  t.after(() => org.close())
  const setList = async (...addresses: readonly string[]): Promise<void> =>
    await changeApp(org, {
      oauthSecuritySettings: { enforceRefreshTokenIpAllowlist: true, tokenIpRanges: addresses.map(row) },
    })
  await setList(...plan.from)
  const [old, fresh] = [await startBalancer(t, ...plan.from), await startBalancer(t, ...plan.to)]
  const keepers = await openKeepers(t, { org, folder, old, fresh })
  const file = join(folder, '.env')
  await writeFile(file, `# the proxy\n${name}='${old.url}'\n`)
  const urls = { from: secret(old.url), to: secret(fresh.url) }
  const unique = counter()
  const environment = systemEnvironment(quiet)
  const { clock, wait } = environment
  const adminApi = openJsonApi({ base: `${org.url}/admin/v1`, token: secret(org.adminToken) })
  const history = orgHistory(adminApi, 'Test_App')
  const echo = new URL(await startEcho(t))
  const traffic = settingTraffic({
    setting: environmentFile({
      ...{ path: file, name, urls, after: undefined, within: seconds(5), unique },
      notes: notesIn(join(folder, 'notes'), unique),
    }),
    sides: {
      from: { proxy: proxyAt(urls.from), echo, addresses: plan.from },
      to: { proxy: proxyAt(urls.to), echo, addresses: plan.to },
    },
  })
  const canary = sampledCanary({
    ...{ connections: ['canary'], history, clock, wait },
    keeperOf: (address) => apiOf(plan.from.includes(address) ? keepers.from : keepers.to),
  })
  const cutovers = await openCutovers(environment, 'sqlite::memory:')
  t.after(() => cutovers.close())
  return {
    ...{ org, folder, file, old, fresh, history, adminApi, traffic, canary, cutovers, setList },
    async redeem(connection, by) {
      await keepers[by].keeper.verify(connection)
    },
    load: async (stop) => await load({ file, urls, keepers }, stop),
  }
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

function counter(): () => string {
  let count = 0
  return () => `${(count += 1)}`
}

function proxyAt(url: Secret): ProxyAddress {
  const parsed = parseProxy(url)
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

type Keepers = { readonly from: RunningKeeper; readonly to: RunningKeeper }

/** Two over one vault, each with a proxy of its own. */
async function openKeepers(
  t: Scope,
  { org, folder, old, fresh }: Pick<Scene, 'org' | 'folder' | 'old' | 'fresh'>,
): Promise<Keepers> {
  const from = await openService(folder, {}, secret(old.url))
  t.after(() => from.close())
  const to = await openService(folder, {}, secret(fresh.url))
  t.after(() => to.close())
  const { consumerKey: clientId, consumerSecret } = org.client
  await from.keeper.saveApp({ name: 'nightly', loginUrl: org.url, clientId, clientSecret: secret(consumerSecret) })
  for (const id of ['canary', 'customer', 'straggler']) {
    const { refresh_token } = await org.grant()
    await from.keeper.adopt({ id, app: 'nightly', refreshToken: secret(refresh_token) })
  }
  return { from, to }
}

const apiOf = ({ url, token }: RunningKeeper): JsonApi => openJsonApi({ base: `${url}/v1`, token: token.token })

type Loading = Pick<Scene, 'file'> & { readonly urls: { readonly from: Secret }; readonly keepers: Keepers }

async function load({ file, urls, keepers }: Loading, stop: AbortSignal): Promise<Redeemed> {
  return await redeemUntil(stop, async () => {
    const value = readVariable(await readFile(file, 'utf8'), name)
    const { keeper } = value.ok && value.value === urls.from.expose() ? keepers.from : keepers.to
    return await keeper.verify('customer')
  })
}

/** One run; what it ends with, in a line. */
export async function runOnce({ cutovers }: Scene, id: string, ports: CutoverPorts): Promise<string> {
  const end = await cutovers.run(id, { ports, tell: () => undefined, stopping: AbortSignal.timeout(60_000) })
  if (end.kind === 'ended') return `${end.how}: ${end.instruction}`
  return end.kind === 'waiting' ? `${end.answer}: ${end.question}` : end.kind
}
