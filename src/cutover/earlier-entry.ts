/** Lines of journals of an earlier version, in which a plan had one app: they say the same of its first list. */
import { minutes } from '../values/time.ts'

type Fields = Readonly<Record<string, unknown>>

/** As it is written now, of whichever version it is. A count of redemptions did not say whether it was whole, and so is none. */
export function presentForm(stored: Fields): Fields {
  const { kind, plan, list, seen, act } = stored
  switch (kind) {
    case 'planned':
      return isFields(plan) ? { lists: listsOf(list), ...stored, plan: planOf(plan) } : stored
    case 'observed':
      return isFields(seen) && 'list' in seen ? { ...stored, seen: { ...seen, lists: listsOf(seen['list']) } } : stored
    case 'intent':
    case 'acted':
      return isFields(act) && act['kind'] === 'save-list' ? { ...stored, act: { list: 0, ...act } } : stored
    case 'redeemed':
      return { list: 0, ...stored }
    case 'watched':
      return { list: 0, whole: false, ...stored }
    default:
      return stored
  }
}

/** Nobody was asked of tunnels that went on: they were waited for without end. */
const drain = minutes(15)

const planOf = ({ app, ...plan }: Fields): Fields => ({
  ...(typeof app === 'string' ? { app, apps: [{ name: app, kind: 'external-client-app' }] } : {}),
  ...{ ...plan, terms: { drain, ...(isFields(plan['terms']) ? plan['terms'] : {}) } },
})

const listsOf = (list: unknown): readonly Fields[] => (isFields(list) ? [{ claimed: false, ...list }] : [])

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
