/** The allowlist of an app at our own org, by its admin API. */
import { formatAddress } from '../../ip/address.ts'
import { parseAllowlist } from '../../ip/allowlist.ts'
import { readRangeRow, startIpAddress } from '../../ip/range-spelling.ts'
import { instant, isoText, type Instant } from '../../values/time.ts'
import type { Acted, AllowlistPort, ListReading, Redeemer, Redemptions } from '../ports.ts'
import type { ListRows } from '../rules/list-change.ts'
import { listIn, refusalOf, textIn, type Fields, type JsonApi } from './json-api.ts'

const who = 'The org'

export function orgAllowlist(api: JsonApi, app: string): AllowlistPort {
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
    redeemers: async (since) => redeemersIn(await history(api, app, since)),
    redemptions: async (since) => redemptionsIn(await history(api, app, since)),
  }
}

const mostPages = 50

/** Entries since then, newest first; of more than 50,000 the newest. */
async function history(api: JsonApi, app: string, since: Instant): Promise<readonly Fields[]> {
  const entries: Fields[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page += 1) {
    const query = new URLSearchParams({
      app,
      since: isoText(since),
      limit: '1000',
      ...(cursor === undefined ? {} : { cursor }),
    })
    const answer = await api.ask('GET', `/login-history?${query.toString()}`)
    if (answer.status !== 200) throw refusalOf(answer, who)
    entries.push(...listIn(answer.body, 'entries').filter(isRedemption))
    cursor = textIn(answer.body, 'next')
    if (cursor === undefined) break
  }
  return entries
}

const isRedemption = (entry: Fields): boolean =>
  textIn(entry, 'loginType') !== undefined && textIn(entry, 'sourceIp') !== undefined

const succeeded = (entry: Fields): boolean => textIn(entry, 'status') === 'Success'

function redeemersIn(entries: readonly Fields[]): readonly Redeemer[] {
  const latest = new Map<string, Redeemer>()
  for (const entry of entries) {
    const [name, address, at] = [textIn(entry, 'username'), textIn(entry, 'sourceIp'), textIn(entry, 'at')]
    if (!succeeded(entry) || name === undefined || address === undefined || at === undefined) continue
    const key = `${name}\n${address}`
    if (!latest.has(key)) latest.set(key, { name, address, at: instant(at) })
  }
  return [...latest.values()]
}

/** A replay or an ended grant says nothing of the list, but is a failure all the same. */
function redemptionsIn(entries: readonly Fields[]): Redemptions {
  const refused = entries.filter((entry) => textIn(entry, 'decision') === 'refresh_token_ip_allowlist').length
  return { attempts: entries.length, successes: entries.filter(succeeded).length, refused }
}
