/** A running org behind the adapters for Salesforce, which speak to it by jsforce as they would to a real one. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import {
  openSalesforceApi,
  type SalesforceApi,
  type SalesforceTimes,
} from '../../src/cutover/adapters/salesforce-api.ts'
import { salesforceList, type SalesforceList } from '../../src/cutover/adapters/salesforce-allowlist.ts'
import type { ListRows } from '../../src/cutover/rules/list-change.ts'
import { formatRange } from '../../src/ip/range.ts'
import { parseAllowlist } from '../../src/ip/allowlist.ts'
import type { TestOrg } from '../../src/testing.ts'
import { instant, milliseconds, type Duration, type Instant } from '../../src/values/time.ts'
import { openOrg } from '../clients/wire.ts'

export const app = 'Test_App'
export const clock = (): Instant => instant(Date.now())
export const wait = async (length: Duration): Promise<void> => await sleep(length)
export const times: SalesforceTimes = {
  call: milliseconds(5000),
  retrieve: milliseconds(5000),
  deploy: milliseconds(2000),
}

export type SalesforceScene = {
  readonly org: TestOrg
  readonly salesforce: SalesforceApi
  readonly list: SalesforceList
  /** What was saved through it, each as its ranges. */
  readonly byHand: string[]
  /** As the admin API of the org has it. */
  readonly ranges: () => Promise<readonly string[]>
  /** By the admin API, which is the person in Setup. */
  readonly edit: (...addresses: readonly string[]) => Promise<void>
}

export type SceneWish = {
  readonly tokenOf?: (org: TestOrg) => Promise<string>
  readonly times?: Partial<SalesforceTimes>
  /** Between the org and the adapter. */
  readonly bend?: (salesforce: SalesforceApi) => SalesforceApi
  readonly org?: Parameters<typeof openOrg>[0]
}

export async function openSalesforceScene(t: TestContext, wish: SceneWish = {}): Promise<SalesforceScene> {
  const org = await openOrg(wish.org)
  t.after(() => org.close())
  const edit = async (...addresses: readonly string[]): Promise<void> => {
    const ranges = addresses.map((each) => ({ startIpAddress: each, endIpAddress: each }))
    const saved = await org.admin(`/apps/${app}/refresh-token-ip-allowlist`, {
      method: 'PUT',
      body: { enforce: true, ranges },
    })
    if (saved.status !== 200) throw new Error(await saved.text())
  }
  await edit('127.0.0.11', '127.0.0.12')
  const tokenOf = wish.tokenOf ?? (async () => (await org.grant()).access_token)
  const all = { ...times, ...wish.times }
  const api = openSalesforceApi({
    instance: org.url,
    api: '62.0',
    tokenOf: () => tokenOf(org),
    times: all,
    wait,
    clock,
  })
  const salesforce = wish.bend?.(api) ?? api
  const byHand: string[] = []
  return {
    ...{ org, salesforce, list: listOver(salesforce, { times: all, byHand }), byHand, edit },
    async ranges() {
      const answer = await org.admin(`/apps/${app}/refresh-token-ip-allowlist`)
      const { ranges }: { readonly ranges: readonly { readonly startIpAddress: string }[] } = JSON.parse(
        await answer.text(),
      )
      return ranges.map(({ startIpAddress }) => startIpAddress)
    },
  }
}

export type ListWish = {
  readonly times?: SalesforceTimes
  readonly clock?: () => number
  readonly byHand?: string[]
}

export const listOver = (salesforce: SalesforceApi, wish: ListWish = {}): SalesforceList =>
  salesforceList({
    ...{ salesforce, app, api: '62.0', times: wish.times ?? times, wait },
    ...{ clock: () => instant(wish.clock?.() ?? Date.now()), fallback: handOf(wish.byHand ?? []) },
  })

/** Writes down what a person would have been told to type. */
const handOf = (told: string[]): SalesforceList => ({
  read: () => Promise.resolve({ rows: [], version: 'told', isEnforced: true }),
  save(rows, expects) {
    told.push(`${expects}: ${textOf(rows)}`)
    return Promise.resolve({ result: 'done', why: 'A person was told.' })
  },
  invalidate: () => Promise.resolve({ result: 'done' }),
})

export const textOf = (rows: ListRows): string => rows.map(formatRange).join(' ')

export function rowsOf(...addresses: readonly string[]): ListRows {
  const list = parseAllowlist(addresses.map((each) => ({ start: each, end: each })))
  if (!list.ok) throw new Error(list.fault[0]?.message)
  return list.value.rows
}
