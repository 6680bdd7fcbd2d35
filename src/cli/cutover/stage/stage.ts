/** A stage for a cutover: an org with the testing plane, a gateway and a keeper with live connections, all of this process, on free ports, in a folder
 *  of their own. For the demonstration and for rehearsals. */
import { gatewayTraffic } from '../../../cutover/adapters/gateway-traffic.ts'
import { openJsonApi, type JsonApi } from '../../../cutover/adapters/json-api.ts'
import { keeperCanary } from '../../../cutover/adapters/keeper-canary.ts'
import { orgAllowlist } from '../../../cutover/adapters/org-allowlist.ts'
import type { CutoverPorts } from '../../../cutover/ports.ts'
import { gatewaySchema, type GatewayConfiguration } from '../../../gateway/configuration.ts'
import { openGateway, type RunningGateway } from '../../../gateway/gateway.ts'
import { keeperSchema, type KeeperConfiguration } from '../../../keeper/configuration.ts'
import { openKeeperService, type RunningKeeper } from '../../../keeper/service/service.ts'
import { defaultOrgConfiguration } from '../../../org/configuration.ts'
import type { OrgFile } from '../../../org/metadata/org-file.ts'
import { openOrg, type RunningOrg } from '../../../org/org.ts'
import { issueGrant } from '../../../org/testing/issue-grant.ts'
import type { systemEnvironment } from '../../../system.ts'
import { defaultsOf } from '../../../values/defaults.ts'
import { secret, type Secret } from '../../../values/secret.ts'
import { days, type Duration } from '../../../values/time.ts'
import { connectionUrl } from '../../gateway/connection-url.ts'
import { urlSafePassword } from '../../gateway/own-client.ts'

export type StageEnvironment = ReturnType<typeof systemEnvironment>

export type StageWish = {
  /** Empty, and the stage's alone. */
  readonly folder: string
  readonly environment: StageEnvironment
  /** Of the keeper, whose patience with a request is counted on its clock; the same where it is left out. */
  readonly keeperEnvironment?: StageEnvironment
  readonly file: OrgFile
  readonly apps: readonly StageApp[]
  /** Who authorizes the connections, in turns: a user has five approvals of an app (SF-209). */
  readonly users: readonly string[]
  /** Where traffic leaves from at the beginning. */
  readonly pair: readonly string[]
}

export type StageApp = {
  readonly name: string
  readonly consumerKey: string
  readonly consumerSecret: Secret
  /** In the keeper, by name. */
  readonly connections: readonly string[]
}

export type Stage = {
  readonly org: RunningOrg
  readonly keeper: RunningKeeper
  readonly gateway: () => RunningGateway
  /** At the same addresses, with what it has stored. */
  readonly restartGateway: () => Promise<void>
  /** The admin API of the org, as an administrator has it. */
  readonly orgApi: JsonApi
  readonly gatewayApi: JsonApi
  readonly ports: (wish: PortsWish) => CutoverPorts
  readonly close: () => Promise<void>
}

export type PortsWish = {
  /** Of each app. */
  readonly canaries: readonly (readonly string[])[]
  /** Between two looks at the gateway's own probes. */
  readonly wait: (length: Duration) => Promise<void>
}

/** Running, with every connection alive, when it resolves; where it rejects, nothing stays open. */
export async function openStage(wish: StageWish): Promise<Stage> {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).toReversed()) await each()
  }
  try {
    return await openOn(wish, closers, close)
  } catch (cause) {
    await close()
    throw cause
  }
}

async function openOn(wish: StageWish, closers: (() => Promise<void>)[], close: Stage['close']): Promise<Stage> {
  const org = await startOrg(wish)
  closers.push(() => org.close())
  const password = secret(urlSafePassword(wish.environment.random))
  const running = { gateway: await startGateway(wish, gatewayOf(wish, org, password)) }
  closers.push(() => running.gateway.close())
  const keeper = await startKeeper(wish, { org, proxy: connectionUrl(running.gateway.url, proxyUser, password) })
  closers.push(() => keeper.close())
  const [orgApi, gatewayApi, keeperApi] = [
    openJsonApi({ base: `${org.url}/admin/v1`, token: org.adminToken.token }),
    openJsonApi({ base: `${running.gateway.adminUrl}/admin/v1`, token: running.gateway.adminToken.token }),
    openJsonApi({ base: `${keeper.url}/v1`, token: keeper.token.token }),
  ]
  return {
    ...{ org, keeper, orgApi, gatewayApi, close, gateway: () => running.gateway },
    async restartGateway() {
      const { url, adminUrl } = running.gateway
      await running.gateway.close()
      const places = { listen: new URL(url).host, admin: { listen: new URL(adminUrl).host } }
      running.gateway = await startGateway(wish, { ...gatewayOf(wish, org, password), ...places })
    },
    ports({ canaries, wait }) {
      const traffic = gatewayTraffic({ api: gatewayApi, wait, clients: undefined })
      return {
        lists: wish.apps.map(({ name }, i) => ({
          allowlist: orgAllowlist(orgApi, name),
          canary: keeperCanary({ api: keeperApi, connections: canaries[i] ?? [], egressOf: traffic.egressOf }),
        })),
        ...{ traffic, lookBack: days(30) },
      }
    },
  }
}

const proxyUser = 'stage'

const brokenStore = (cause: Error): never => {
  throw cause
}

const startOrg = async ({ environment, folder, file }: StageWish): Promise<RunningOrg> =>
  await openOrg(environment, {
    ...{ storage: `sqlite:${folder}`, configuration: defaultOrgConfiguration({ listen: freePort }), file },
    ...{ testing: true, lazyPasswords: true, onFault: brokenStore },
  })

const freePort = '127.0.0.1:0'

function gatewayOf({ pair }: StageWish, org: RunningOrg, password: Secret): GatewayConfiguration {
  const target = new URL(org.url).host
  return defaultsOf<GatewayConfiguration>(gatewaySchema, {
    ...{ listen: freePort, admin: { listen: freePort }, allow: [target], meterEvery: '500ms' },
    egress: pair.map((address, i) => ({ name: i === 0 ? 'a' : i === 1 ? 'b' : `e${i}`, address, confirm: 'on' })),
    clients: [{ name: 'keeper', username: proxyUser, password, mayPin: true, connections: 10_000 }],
    healthCheck: { target, every: '250ms', timeout: '1s' },
    deadlines: { drain: '2s' },
  })
}

async function startGateway(
  { environment, folder }: StageWish,
  configuration: GatewayConfiguration,
): Promise<RunningGateway> {
  const storage = `sqlite:${folder}`
  const gateway = await openGateway(environment, { configuration, storage, onFault: brokenStore })
  await gateway.parts.pool.probeNow()
  return gateway
}

async function startKeeper(
  { environment, keeperEnvironment = environment, folder, apps, users, pair }: StageWish,
  { org, proxy }: { readonly org: RunningOrg; readonly proxy: string },
): Promise<RunningKeeper> {
  const service = await openKeeperService(keeperEnvironment, {
    configuration: {
      ...defaultsOf<KeeperConfiguration>(keeperSchema),
      loginHosts: [new URL(org.url).hostname],
      // as many redemptions as the stage likes: nothing of a real login host is spared here
      ...{ listen: freePort, limits: { atOnce: 100, perMinute: 600_000 } },
      apps: apps.map(({ name, consumerKey: clientId, consumerSecret: clientSecret }) => ({
        ...{ name, loginUrl: org.url, clientId, clientSecret },
      })),
    },
    ...{ folder, proxy: secret(proxy), rounds: 'off', keyring: { file: `${folder}/keyring.json` } },
    onFault: brokenStore,
  })
  for (const { name: app, connections } of apps)
    for (const [i, id] of connections.entries()) {
      const username = users[i % users.length] ?? ''
      const granted = await issueGrant(org.parts, { app, username, from: pair[0] })
      await service.keeper.adopt({ id, app, refreshToken: secret(granted['refresh_token'] ?? '') })
    }
  return service
}
