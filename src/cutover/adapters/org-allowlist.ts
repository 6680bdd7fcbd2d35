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
    redeemers: async (since) => (await grants(api, app)).flatMap((each) => redeemerIn(each, since)),
    redemptions: async (since) => redemptionsIn(await history(api, app, since)),
  }
}

const mostPages = 50

/** Of more than 50,000 redemptions the newest. */
const history = async (api: JsonApi, app: string, since: Instant): Promise<readonly Fields[]> =>
  (await pagesOf(api, '/login-history', { list: 'entries', query: { app, since: isoText(since) } })).entries.filter(
    isRedemption,
  )

/** Grants and not redemptions: a busy app has millions of these in a month, and whoever is left out would be locked out. */
async function grants(api: JsonApi, app: string): Promise<readonly Fields[]> {
  const { entries, isWhole } = await pagesOf(api, '/oauth-usage', { list: 'grants', query: { app } })
  if (!isWhole) throw new Error(`The org has more than ${entries.length} grants of ${app}; not all can be looked at.`)
  return entries
}

type Pages = { readonly list: string; readonly query: Readonly<Record<string, string>> }

async function pagesOf(
  api: JsonApi,
  path: string,
  { list, query }: Pages,
): Promise<{ readonly entries: readonly Fields[]; readonly isWhole: boolean }> {
  const entries: Fields[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page += 1) {
    const asked = new URLSearchParams({ ...query, limit: '1000', ...(cursor === undefined ? {} : { cursor }) })
    const answer = await api.ask('GET', `${path}?${asked.toString()}`)
    if (answer.status !== 200) throw refusalOf(answer, who)
    entries.push(...listIn(answer.body, list))
    cursor = textIn(answer.body, 'next')
    if (cursor === undefined) return { entries, isWhole: true }
  }
  return { entries, isWhole: false }
}

const isRedemption = (entry: Fields): boolean =>
  textIn(entry, 'loginType') !== undefined && textIn(entry, 'sourceIp') !== undefined

const succeeded = (entry: Fields): boolean => textIn(entry, 'status') === 'Success'

/** A user may have several grants, of which one has moved and another has not. */
function redeemerIn(grant: Fields, since: Instant): Redeemer[] {
  const [user, id, last] = [textIn(grant, 'user'), textIn(grant, 'id'), textIn(grant, 'lastUsedAt')]
  const { addresses } = grant
  const address: unknown = Array.isArray(addresses) ? addresses[0] : undefined // the newest first
  if (user === undefined || id === undefined || last === undefined || typeof address !== 'string') return []
  const at = instant(last)
  return at < since ? [] : [{ name: `${user} (grant ${id.slice(0, 8)})`, address, at }]
}

/** A replay or an ended grant says nothing of the list, but is a failure all the same. */
function redemptionsIn(entries: readonly Fields[]): Redemptions {
  const refused = entries.filter((entry) => textIn(entry, 'decision') === 'refresh_token_ip_allowlist').length
  return { attempts: entries.length, successes: entries.filter(succeeded).length, refused }
}
