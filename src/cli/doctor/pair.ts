/** Whether an allowlist holds every address that the gateway may leave from. One of two is the commonest mistake, and fails now and then (L-61). */
import { parseAddress, type Address } from '../../ip/address.ts'
import { rangeContains, type Range } from '../../ip/range.ts'
import type { Loaded } from '../../config/load.ts'
import { isRecord } from '../../documents/words.ts'
import type { AdmittedConfiguration } from '../../gateway/configuration.ts'
import { openAdminClient, type AdminClient } from '../admin-client.ts'
import { readList } from '../allowlist/list-of-app.ts'
import { Complaint } from '../complaint.ts'
import { findAdminToken, findOrgUrl } from '../org-address.ts'
import { doubt, fine, type Finding } from './finding.ts'

/** `address` is the public one. */
export type LeavesFrom = { readonly name: string; readonly address: string }

export type AppList = { readonly app: string; readonly ranges: readonly Range[] }

const check = 'pair'

/** Of a running org of this installation: each app with an enforced list. Nothing where no org answers; that is said elsewhere. */
export async function checkPair(loaded: Loaded, egresses: readonly LeavesFrom[]): Promise<Finding[]> {
  if (egresses.length === 0) return []
  return (await listsOf(loaded)).flatMap((list) => judgePair(list, egresses))
}

/** A list that has none of the addresses belongs to an app that does not use this gateway. */
export function judgePair({ app, ranges }: AppList, egresses: readonly LeavesFrom[]): Finding[] {
  const holds = ({ address }: LeavesFrom): boolean => {
    const parsed = parseAddress(address)
    return parsed.ok && ranges.some((range) => rangeContains(range, parsed.value satisfies Address))
  }
  const missing = egresses.filter((each) => !holds(each))
  if (missing.length === egresses.length) return []
  if (missing.length === 0) return [fine(check, `the allowlist of ${app} holds ${named(egresses)}`)]
  const says = `the allowlist of ${app} holds ${named(egresses.filter(holds))} but not ${named(missing)}`
  const next = `sallyport allowlist add ${app} ${missing.map(({ address }) => address).join(' ')}`
  return [doubt(check, `${says}: redemptions fail whenever they leave from there`, next)]
}

/** What the configuration knows of allowlists elsewhere. */
export const judgeAdmitted = (admitted: readonly AdmittedConfiguration[]): Finding[] =>
  admitted
    .filter(({ refused }) => refused.length > 0)
    .map(({ destination, label, refused }) => {
      const whose = label === undefined ? '' : ` for ${label}`
      const says = `${destination} is known to refuse egress ${refused.join(' and ')}${whose}: tunnels go by the others while one is up`
      return doubt(check, says, 'Register its address there as well, then take it out of refused.')
    })

const named = (egresses: readonly LeavesFrom[]): string =>
  egresses.map(({ name, address }) => `${address} (egress ${name})`).join(' and ')

async function listsOf(loaded: Loaded): Promise<AppList[]> {
  try {
    const admin = openAdminClient(findOrgUrl(loaded, undefined), findAdminToken(loaded))
    const lists = await Promise.all(
      (await appNames(admin)).map(async (app) => ({ app, ...(await readList(admin, app)) })),
    )
    return lists.filter(({ enforce }) => enforce).map(({ app, list }) => ({ app, ranges: list.rows }))
  } catch (cause) {
    if (cause instanceof Complaint) return []
    throw cause
  }
}

/** Of its first page: an org with more of them is not looked at by hand. */
async function appNames(admin: AdminClient): Promise<string[]> {
  const { body } = await admin.ask('GET', '/apps?limit=50')
  const apps = isRecord(body) && Array.isArray(body['apps']) ? body['apps'].filter(isRecord) : []
  return apps.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
}
