/** Grants and login history of an app at our own org, by its admin API. */
import { formatAddress, parseAddress } from '../../ip/address.ts'
import { instant, isoText, type Instant } from '../../values/time.ts'
import { unknownAddress, type Redeemer } from '../ports.ts'
import type { AddressText } from '../rules/plan.ts'
import type { Attempt } from '../rules/sampling.ts'
import { countingRedemptions, type History } from './count-redemptions.ts'
import type { HistoryPort } from './history.ts'
import { plainWords } from './foreign-words.ts'
import { inOurTime } from './our-time.ts'
import { listIn, refusalOf, textIn, type Fields, type JsonApi } from './json-api.ts'

const who = 'The org'

export function orgHistory(api: JsonApi, app: string): HistoryPort {
  const told: HistoryPort = {
    redeemers: async (since) => (await grants(api, app)).flatMap((each) => redeemerIn(each, since)),
    redemptions: countingRedemptions((since) => history(api, app, since)),
    attempts: async (since) => attemptsIn((await history(api, app, since)).entries),
  }
  return api.theirClock === undefined ? told : inOurTime(told, api.theirClock)
}

const mostGrants = 50 // pages
const mostHistory = 1000 // pages

/** Of more than a million redemptions the newest. */
async function history(
  api: JsonApi,
  app: string,
  since: Instant,
): Promise<History & { readonly entries: readonly Fields[] }> {
  const query = { app, since: isoText(since) }
  const pages = await pagesOf(api, '/login-history', { list: 'entries', query, most: mostHistory })
  const entries = pages.entries.filter(isRedemption)
  return { entries, redemptions: entries.map(redemptionOf), isWhole: pages.isWhole }
}

/** Grants and not redemptions: a busy app has millions of these in a month, and whoever is left out would be locked out. */
async function grants(api: JsonApi, app: string): Promise<readonly Fields[]> {
  const { entries, isWhole } = await pagesOf(api, '/oauth-usage', { list: 'grants', query: { app }, most: mostGrants })
  if (!isWhole) throw new Error(`The org has more than ${entries.length} grants of ${app}; not all can be looked at.`)
  return entries
}

type Pages = { readonly list: string; readonly query: Readonly<Record<string, string>>; readonly most: number }

async function pagesOf(
  api: JsonApi,
  path: string,
  { list, query, most }: Pages,
): Promise<{ readonly entries: readonly Fields[]; readonly isWhole: boolean }> {
  const entries: Fields[] = []
  let cursor: string | undefined
  for (let page = 0; page < most; page += 1) {
    const asked = new URLSearchParams({ ...query, limit: '1000', ...(cursor === undefined ? {} : { cursor }) })
    const answer = await api.ask('GET', `${path}?${asked.toString()}`)
    if (answer.status !== 200) throw refusalOf(answer, who)
    entries.push(...listIn(answer.body, list))
    cursor = textIn(answer.body, 'next')
    if (cursor === undefined) return { entries, isWhole: true }
  }
  return { entries, isWhole: false }
}

/** A login, a revocation or the exchange of a code proves nothing of refresh tokens, and is none that has failed; what the list has refused counts, whatever
 *  it was. */
const isRedemption = (entry: Fields): boolean =>
  (redeeming.has(textIn(entry, 'subType') ?? '') || wasRefused(entry)) && textIn(entry, 'sourceIp') !== undefined

const redeeming: ReadonlySet<string> = new Set(['refresh_token', 'hybrid_refresh'])

const succeeded = (entry: Fields): boolean => textIn(entry, 'status') === 'Success'

/** A user may have several grants, of which one has moved and another has not. */
function redeemerIn(grant: Fields, since: Instant): Redeemer[] {
  const [user, id, last] = [textIn(grant, 'user'), textIn(grant, 'id'), textIn(grant, 'lastUsedAt')]
  const { addresses } = grant
  const address: unknown = Array.isArray(addresses) ? addresses[0] : undefined // the newest first
  if (user === undefined || id === undefined || last === undefined || typeof address !== 'string') return []
  const at = instant(last)
  return at < since
    ? []
    : [{ name: plainWords(`${user} (grant ${id.slice(0, 8)})`), address: plainAddress(address), at }]
}

/** One that is none stays what it is: none of the plan's. */
function plainAddress(text: string): AddressText {
  const parsed = parseAddress(text)
  return parsed.ok ? formatAddress(parsed.value) : plainWords(text)
}

/** A replay or an ended grant says nothing of the list, but is a failure all the same. */
const redemptionOf = (entry: Fields): History['redemptions'][number] => ({
  at: instant(textIn(entry, 'at') ?? ''),
  address: addressOf(entry) ?? unknownAddress,
  ...{ isSuccess: succeeded(entry), isRefusal: wasRefused(entry) },
})

function addressOf(entry: Fields): AddressText | undefined {
  const parsed = parseAddress(textIn(entry, 'sourceIp') ?? '')
  return parsed.ok ? formatAddress(parsed.value) : undefined
}

const wasRefused = (entry: Fields): boolean => textIn(entry, 'decision') === 'refresh_token_ip_allowlist'

/** Lines of one millisecond that are alike are told apart by their number, counted from the oldest, which does not change as further lines come. */
function attemptsIn(entries: readonly Fields[]): readonly Attempt[] {
  const times = new Map<string, number>()
  return entries.toReversed().flatMap((entry): Attempt[] => {
    const [at, address] = [textIn(entry, 'at'), addressOf(entry)]
    if (at === undefined || address === undefined) return []
    const result = succeeded(entry) ? 'success' : wasRefused(entry) ? 'refused' : 'failed'
    const user = textIn(entry, 'userId')
    const alike = `${at} ${address} ${result} ${user ?? ''}`
    const number = (times.get(alike) ?? 0) + 1
    times.set(alike, number)
    return [{ id: `${alike} ${number}`, address, result, user }]
  })
}
