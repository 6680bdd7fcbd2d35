/** Who redeemed from where in an org of Salesforce: LoginHistory and OauthToken, by SOQL. What cannot be read whole is an error and never a shorter list. */
import { formatAddress, parseAddress } from '../../ip/address.ts'
import type { Clock } from '../../values/domain.ts'
import { before, instant, isoText, minutes, seconds, type Duration, type Instant } from '../../values/time.ts'
import { unknownAddress, type Redeemer, type Redemptions } from '../ports.ts'
import type { AddressText } from '../rules/plan.ts'
import type { Attempt } from '../rules/sampling.ts'
import type { HistoryPort } from './history.ts'
import { plainWords } from './foreign-words.ts'
import { inOurTime } from './our-time.ts'
import { textIn, type Fields } from './json-api.ts'
import type { SalesforceApi } from './salesforce-api.ts'

export type SalesforceHistoryParts = {
  readonly salesforce: SalesforceApi
  /** As LoginHistory and OauthToken call the app. */
  readonly application: string
  readonly clock: Clock
  /** What is read again each time; a minute if not said. */
  readonly overlap?: Duration | undefined
}

/** One that was refused before anybody was known has '' for its user. */
type Login = Attempt & { readonly userId: string; readonly at: Instant; readonly flow: Flow }
/** `unknown`: no documented word tells whether a refresh token was redeemed (SF-232). */
type Flow = 'redemption' | 'other' | 'unknown'
/** Its id is null in Salesforce (SF-322), so its last use names it: it changes when it is used, and not before. */
type Token = { readonly userId: string; readonly usedAt: Instant | undefined }

export function salesforceHistory(ours: SalesforceHistoryParts): HistoryPort {
  const { theirClock } = ours.salesforce
  const history = historyByTheirClock({ ...ours, clock: () => theirClock.toTheirs(ours.clock()) })
  return inOurTime(history, theirClock)
}

function historyByTheirClock(parts: SalesforceHistoryParts): HistoryPort {
  const read = openLogins(parts)
  let isChecked = false
  let leftOut = 0
  const check = async (): Promise<void> => {
    if (!isChecked) await checkAccess(parts)
    isChecked = true
  }
  const logins = async (since: Instant): Promise<readonly Login[]> => {
    await check()
    return await read(since)
  }
  return {
    async redeemers(since) {
      await check()
      const tokens = await tokensOf(parts) // before the history, so that it has what they have
      return redeemersIn(parts, { tokens, logins: await logins(since), since })
    },
    redemptions: async (since, addresses) =>
      redemptionsIn((await logins(since)).filter((each) => addresses.includes(each.address) && mayRedeem(each))),
    async attempts(since) {
      const all = await logins(since)
      leftOut = all.filter(({ flow }) => flow === 'unknown').length
      // a login by assertion of the same user proves nothing: the list is not asked then
      const redeemed = all.filter(({ flow }) => flow === 'redemption')
      return redeemed.map(({ id, address, result, userId }) => ({ id, address, result, user: userId }))
    },
    leftOut: () => (leftOut === 0 ? undefined : `${leftOut} ${unnamed}`),
  }
}

/** Who may not see them all is shown his own, and nobody says that there are more (SF-319, SF-322). */
async function checkAccess({ salesforce }: SalesforceHistoryParts): Promise<void> {
  const [access] = await salesforce.query(
    'SELECT PermissionsManageUsers, PermissionsCustomizeApplication FROM UserPermissionAccess',
  )
  const has = (name: string): boolean => access?.[name] === true
  if (has('PermissionsManageUsers') && has('PermissionsCustomizeApplication')) return
  throw new Error(
    'The user of the access token does not see who redeemed: give him Manage Users (for login history) and Customize Application (for tokens).',
  )
}

/** Rows may appear in login history a moment after what they tell of, and some a good while after: so the last minute is read again each time, and the
 *  last quarter of an hour now and then. */
const overlaps = { usual: minutes(1), wide: minutes(15), between: minutes(5) } as const
const mostLogins = 500_000

/** Of the app, oldest first. What was read once is kept: a month of a busy org is hundreds of calls. */
function openLogins(parts: SalesforceHistoryParts): (since: Instant) => Promise<readonly Login[]> {
  const { salesforce, application, clock, overlap = overlaps.usual } = parts
  const known = new Map<string, Login>()
  let read: { readonly from: Instant; readonly until: Instant; readonly widely: Instant } | undefined
  return async (since) => {
    const until = clock()
    const last = read !== undefined && since >= read.from ? read : undefined
    const isWide = last === undefined || until - last.widely > overlaps.between
    const from = last === undefined ? since : before(last.until, isWide ? overlaps.wide : overlap)
    // neither application nor status can be filtered by (SF-319)
    const records = await salesforce.query(`${select} WHERE LoginTime >= ${isoText(from)}`)
    for (const login of records.filter((each) => isOf(each, application)).map(loginOf)) known.set(login.id, login)
    if (known.size > mostLogins)
      throw new Error(`The app has more than ${mostLogins} redemptions in the look-back; make it shorter.`)
    read = { from: last?.from ?? since, until, widely: isWide ? until : last.widely }
    return [...known.values()].filter(({ at }) => at >= since).toSorted((a, b) => a.at - b.at)
  }
}

const select = 'SELECT Id, UserId, LoginTime, SourceIp, Status, Application, LoginSubType FROM LoginHistory'

const unnamed =
  'logins of the app are left out, since their LoginSubType does not say whether a refresh token was redeemed'

/** Its words are documented nowhere that we know of: what says refresh is a redemption, what names a flow without refresh tokens is none. */
function flowOf(subType: string): Flow {
  if (/refresh/i.test(subType)) return 'redemption'
  return /jwt|assertion|saml|password|client.?credential|revoke|browser/i.test(subType) ? 'other' : 'unknown'
}

/** What the list has refused counts, whatever it was. */
const mayRedeem = ({ flow, result }: Login): boolean => flow !== 'other' || result === 'refused'

const isOf = (record: Fields, application: string): boolean =>
  textIn(record, 'Application')?.toLowerCase() === application.toLowerCase()

function loginOf(record: Fields): Login {
  const [id, userId = '', time, from] = ['Id', 'UserId', 'LoginTime', 'SourceIp'].map((name) => textIn(record, name))
  const parsed = parseAddress(from ?? '')
  if (id === undefined || time === undefined) throw new Error('a row of LoginHistory lacks what every row has')
  const address = parsed.ok ? formatAddress(parsed.value) : unknownAddress
  const flow = flowOf(textIn(record, 'LoginSubType') ?? '')
  return { id, userId, at: instant(time), address, flow, result: resultOf(textIn(record, 'Status') ?? '') }
}

/** SF-231, SF-233: nobody knows for sure what Salesforce writes where the allowlist has refused; a profile's ranges are told in the same words. */
function resultOf(status: string): Attempt['result'] {
  if (status === 'Success') return 'success'
  return /restricted ip|ip restricted|ip address not allowed/i.test(status) ? 'refused' : 'failed'
}

const redemptionsIn = (logins: readonly Login[]): Redemptions => ({
  attempts: logins.length,
  successes: logins.filter(({ result }) => result === 'success').length,
  refused: logins.filter(({ result }) => result === 'refused').length,
  whole: true, // a query that is not whole is rejected
})

async function tokensOf({ salesforce, application }: SalesforceHistoryParts): Promise<readonly Token[]> {
  const name = application.replaceAll(/[\\']/g, String.raw`\$&`)
  const records = await salesforce.query(
    `SELECT UserId, AppName, LastUsedDate FROM OauthToken WHERE AppName = '${name}'`,
  )
  return records.map((each) => {
    const [userId, used] = [textIn(each, 'UserId'), textIn(each, 'LastUsedDate')]
    if (userId === undefined) throw new Error('a row of OauthToken has no user')
    return { userId, usedAt: used === undefined ? undefined : instant(used) }
  })
}

type Evidence = { readonly tokens: readonly Token[]; readonly logins: readonly Login[]; readonly since: Instant }

/** One for each grant, by the login that is as old as its last use. Where none is, every address that its user came from stands for it: whoever might
 *  be left behind is named, and a person decides (P-63). */
function redeemersIn(
  { application }: SalesforceHistoryParts,
  { tokens, logins, since }: Evidence,
): readonly Redeemer[] {
  const good = logins.filter(({ result, flow }) => result === 'success' && flow !== 'other')
  const used = tokens.filter(({ usedAt }) => usedAt !== undefined && usedAt >= since)
  if (logins.length === 0)
    throw new Error(
      `LoginHistory has nothing of an application that is called ${application}, ${used.length > 0 ? 'and OauthToken says that it was used' : 'not in all of the look-back'}: see under Login History in Setup what it is called there (its label), and say so as application.`,
    )
  const byUser = Map.groupBy(good, ({ userId }) => userId)
  const ofTokens = used.flatMap((token) => {
    const own = byUser.get(token.userId) ?? []
    const isOnly = tokens.filter(({ userId }) => userId === token.userId).length === 1
    return placesOf(own, token, isOnly).map((each) => ({
      ...each,
      name: `${plainWords(token.userId)} (token last used ${isoText(token.usedAt ?? since)})`,
    }))
  })
  const holders = new Set(tokens.map(({ userId }) => userId))
  const others = [...byUser].filter(([userId]) => !holders.has(userId))
  const ofOthers = others.flatMap(([userId, own]) =>
    latestByAddress(own).map((each) => ({ ...each, name: `${plainWords(userId)} (no token of his is shown)` })),
  )
  return [...ofTokens, ...ofOthers]
}

type Place = Omit<Redeemer, 'name'>

/** Where none is of the same instant: the two objects need not write it at the same moment. */
const sameTime = seconds(2)

function placesOf(own: readonly Login[], { usedAt }: Token, isOnly: boolean): readonly Place[] {
  if (own.length === 0) return [{ address: unknownAddress, at: usedAt ?? instant(0) }]
  const latest = own.at(-1)
  if (isOnly && latest !== undefined) return [latest].map(placeOf)
  const apart = ({ at }: Login): number => Math.abs(at - (usedAt ?? 0))
  const nearest = Math.min(...own.map(apart))
  const matching =
    nearest === 0 ? own.filter((each) => apart(each) === 0) : own.filter((each) => apart(each) <= sameTime)
  return latestByAddress(matching.length > 0 ? matching : own)
}

const placeOf = ({ address, at }: Login): Place => ({ address, at })

function latestByAddress(logins: readonly Login[]): readonly Place[] {
  const latest = new Map<AddressText, Login>(logins.map((each) => [each.address, each])) // they come oldest first
  return [...latest.values()].map(placeOf)
}
