/** The allowlist of an app at our own org, by its admin API. */
import { formatAddress } from '../../ip/address.ts'
import { parseAllowlist } from '../../ip/allowlist.ts'
import { readRangeRow, startIpAddress } from '../../ip/range-spelling.ts'
import type { Acted, AllowlistPort, ListReading } from '../ports.ts'
import type { ListRows } from '../rules/list-change.ts'
import type { HistoryPort } from './history.ts'
import { listIn, refusalOf, type JsonApi } from './json-api.ts'
import { orgHistory } from './org-history.ts'

const who = 'The org'

export type OrgAllowlist = Omit<AllowlistPort, keyof HistoryPort> & Omit<HistoryPort, 'attempts'>

export function orgAllowlist(api: JsonApi, app: string): OrgAllowlist {
  const { redeemers, redemptions, ahead } = orgHistory(api, app)
  const path = `/apps/${encodeURIComponent(app)}/refresh-token-ip-allowlist`
  const read = async (): Promise<ListReading> => {
    const answer = await api.ask('GET', path)
    if (answer.status !== 200 || answer.etag === undefined) throw refusalOf(answer, who)
    const rows = parseAllowlist(listIn(answer.body, 'ranges').map((each) => readRangeRow({ ...each }, startIpAddress)))
    if (!rows.ok) throw new Error(`The list of the org cannot be read: ${rows.fault[0]?.message ?? ''}`)
    return { rows: rows.value.rows, version: answer.etag, isEnforced: answer.body['enforce'] === true }
  }
  const put = async (
    rows: ListRows,
    { isEnforced, version }: { readonly isEnforced: boolean; readonly version: string },
  ): Promise<Acted> => {
    const ranges = rows.map(({ start, end, description }) => ({
      ...{ startIpAddress: formatAddress(start), endIpAddress: formatAddress(end) },
      ...(description === undefined ? {} : { description }),
    }))
    const answer = await api.ask('PUT', path, { body: { enforce: isEnforced, ranges }, ifMatch: version })
    if (answer.status === 200) return { result: 'done' }
    const why = refusalOf(answer, who).message
    if (answer.status === 412 || answer.status === 409) return { result: 'stale', why }
    return { result: answer.status < 500 ? 'refused' : 'unknown', why }
  }
  return {
    read,
    async save(rows, expects) {
      const { isEnforced } = await read()
      return await put(rows, { isEnforced, version: expects })
    },
    async invalidate() {
      const { rows, ...about } = await read()
      return await put(rows, about)
    },
    ...{ redeemers, redemptions },
    ...(ahead === undefined ? {} : { ahead }),
  }
}
