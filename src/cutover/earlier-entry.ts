/** Lines of journals of an earlier version, in which a plan had one app: they say the same of its first list. */
type Fields = Readonly<Record<string, unknown>>

/** As it is written now, of whichever version it is. A count of redemptions did not say whether it was whole, and so is none. */
export function presentForm(stored: Fields): Fields {
  const { kind, plan, list, seen, act } = stored
  switch (kind) {
    case 'planned':
      return isFields(plan) && typeof plan['app'] === 'string'
        ? {
            ...stored,
            plan: { ...plan, apps: [{ name: plan['app'], kind: 'external-client-app' }] },
            lists: listsOf(list),
          }
        : stored
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

const listsOf = (list: unknown): readonly Fields[] => (isFields(list) ? [{ claimed: false, ...list }] : [])

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
