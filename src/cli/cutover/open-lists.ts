/** The list of each app of a cutover file, with its history and its canaries. */
import { join } from 'node:path'
import { askByCase } from '../../cutover/adapters/case-file.ts'
import type { HistoryPort } from '../../cutover/adapters/history.ts'
import { openJsonApi, type JsonApi } from '../../cutover/adapters/json-api.ts'
import { keeperCanary } from '../../cutover/adapters/keeper-canary.ts'
import { orgAllowlist } from '../../cutover/adapters/org-allowlist.ts'
import { orgHistory } from '../../cutover/adapters/org-history.ts'
import { personList, type PersonList, type ToldRows } from '../../cutover/adapters/person-list.ts'
import { salesforceList } from '../../cutover/adapters/salesforce-allowlist.ts'
import { openSalesforceApi, salesforceTimes, type SalesforceApi } from '../../cutover/adapters/salesforce-api.ts'
import { salesforceHistory } from '../../cutover/adapters/salesforce-history.ts'
import { sampledCanary } from '../../cutover/adapters/sampled-canary.ts'
import {
  historyOf,
  type AllowlistChoice,
  type AppOfFile,
  type CutoverFile,
  type HistoryChoice,
  type SalesforceOrg,
  type ToldList,
} from '../../cutover/configuration-file.ts'
import type { ReadPlan } from '../../cutover/configuration.ts'
import { setupWords } from '../../cutover/list-words.ts'
import type { CanaryPort, ListPorts } from '../../cutover/ports.ts'
import { readWrittenRanges } from '../../cutover/written-ranges.ts'
import { keeperToken, orgToken, type Ground } from './ground.ts'
import type { OpenTraffic } from './open-traffic.ts'

type ListsRead = Pick<ReadPlan, 'file' | 'readAgain'>

/** Of the first app, then of the second. */
export function openLists(ground: Ground, { file, readAgain }: ListsRead, traffic: OpenTraffic): readonly ListPorts[] {
  const { second, tokens } = file
  const apps = [file, ...(second === undefined ? [] : [{ ...second, tokens: { ...tokens, ...second.tokens } }])]
  return apps.map((app, at) => {
    const now = (): AppOfFile => {
      const again = readAgain()
      return (at === 0 ? again : again?.second) ?? app
    }
    const history = openHistory(ground, app, now)
    return {
      allowlist: allowlistOf(ground, { app, now, history }),
      canary: canaryOf(ground, { file, app, history, traffic }),
    }
  })
}

const apiOf = (ground: Ground, app: AppOfFile, org: string): JsonApi =>
  openJsonApi({ base: `${org}/admin/v1`, token: orgToken(ground.loaded, app.tokens.org), clock: ground.clock })

/** The app with its secrets as they are by now. */
type Now = () => AppOfFile

function openHistory(ground: Ground, app: AppOfFile, now: Now): HistoryPort | undefined {
  const choice = historyOf(app)
  if (choice === undefined) return undefined
  if ('org' in choice) return orgHistory(apiOf(ground, app, choice.org), app.app)
  const salesforce = salesforceOf(ground, choice.salesforce, () => orgIn(historyOf(now())))
  const { application = app.app } = choice.salesforce
  return salesforceHistory({ salesforce, application, clock: ground.clock })
}

const orgIn = (choice: AllowlistChoice | HistoryChoice | undefined): SalesforceOrg | undefined =>
  choice !== undefined && 'salesforce' in choice ? choice.salesforce : undefined

const salesforceOf = (
  { wait, clock }: Ground,
  { instance, api, accessToken }: SalesforceOrg,
  now: () => SalesforceOrg | undefined,
): SalesforceApi =>
  openSalesforceApi({
    ...{ instance, api, wait, clock, times: salesforceTimes },
    tokenOf: async () => await Promise.resolve((now()?.accessToken ?? accessToken).expose()),
  })

type ListOf = { readonly app: AppOfFile; readonly now: Now; readonly history: HistoryPort | undefined }

function allowlistOf(ground: Ground, { app, now, history }: ListOf): ListPorts['allowlist'] {
  const { allowlist } = app
  if ('org' in allowlist) return orgAllowlist(apiOf(ground, app, allowlist.org), app.app)
  const list =
    'salesforce' in allowlist
      ? openSalesforceList(ground, { ...app, allowlist }, now)
      : 'manual' in allowlist
        ? personList({ app: app.app, told: toldBy(allowlist.manual), ask: bySetup })
        : personList({
            ...{ app: app.app, told: toldBy(allowlist.supportCase) },
            ask: async (change) =>
              await askByCase(
                { ...allowlist.supportCase, folder: join(ground.folder, 'cutover-cases'), unique: ground.unique },
                change,
              ),
          })
  return history === undefined
    ? {
        ...list,
        redeemers: async () => await Promise.resolve('unknown' as const),
        redemptions: async () => await Promise.resolve({ attempts: 0, successes: 0, refused: 0, whole: true }),
      }
    : { ...list, ...history }
}

const bySetup: Parameters<typeof personList>[0]['ask'] = async (change) => await Promise.resolve(setupWords(change))

function toldBy({ ranges, enforce }: ToldList): () => Promise<ToldRows> {
  const rows = readWrittenRanges(ranges)
  if (!rows.ok) throw new Error(`the ranges were not validated: ${rows.fault[0]?.message ?? ''}`)
  return async () => await Promise.resolve({ rows: rows.value, isEnforced: enforce })
}

/** Where the org refuses a deploy, a person types it; they are told by what was last read. */
type SalesforceApp = { readonly app: string; readonly allowlist: { readonly salesforce: SalesforceOrg } }

function openSalesforceList(
  ground: Ground,
  { app, allowlist: { salesforce: org } }: SalesforceApp,
  now: Now,
): PersonList {
  const { clock, wait } = ground
  let last: ToldRows | undefined
  const told = async (): Promise<ToldRows> => {
    if (last !== undefined) return await Promise.resolve(last)
    throw new Error(
      `Salesforce does not let the list of ${app} be read with this token. Its user needs Modify Metadata Through Metadata API Functions, or Modify All Data (SF-321); where that is not to be had, write allowlist: { manual: { ranges: […], enforce: true } } and history: { salesforce: … }.`,
    )
  }
  const list = salesforceList({
    ...{
      salesforce: salesforceOf(ground, org, () => orgIn(now().allowlist)),
      app,
      component: org.component,
      api: org.api,
    },
    ...{ times: salesforceTimes, clock, wait, fallback: personList({ app, told, ask: bySetup }) },
  })
  return {
    ...list,
    async read(claim) {
      const reading = await list.read(claim)
      last = reading
      return reading
    },
  }
}

type Canaries = {
  readonly file: CutoverFile
  readonly app: AppOfFile
  readonly history: HistoryPort | undefined
  readonly traffic: OpenTraffic
}

function canaryOf(ground: Ground, { file, app, history, traffic }: Canaries): CanaryPort {
  const { loaded, clock, wait } = ground
  const { connections, tokens } = app
  const keeperAt = (origin: string): JsonApi =>
    openJsonApi({ base: `${origin}/v1`, token: keeperToken(loaded, tokens.keeper) })
  const { keeper } = file
  if (traffic.kind === 'pinned') {
    if (typeof keeper !== 'string') throw new Error('the keepers were not validated')
    return keeperCanary({ api: keeperAt(keeper), connections, egressOf: traffic.port.egressOf })
  }
  if (typeof keeper === 'string' || history === undefined) throw new Error('keepers and history were not validated')
  const keepers = { from: keeperAt(keeper.from), to: keeperAt(keeper.to) }
  return sampledCanary({
    ...{ connections, history, clock, wait },
    keeperOf: (address) => {
      if (traffic.sides.from.addresses.includes(address)) return keepers.from
      return traffic.sides.to.addresses.includes(address) ? keepers.to : undefined
    },
  })
}
