/** How many REST calls this org answered within the last 24 hours, in memory; shown at `/limits`, enforced nowhere. */
import type { Clock } from '../../values/domain.ts'
import type { RestResource } from './rest.ts'

export type ApiRequests = {
  /** The same resource, with its calls counted. */
  readonly counting: (resource: RestResource) => RestResource
  readonly daily: () => { readonly Max: number; readonly Remaining: number }
}

const mostADay = 100_000 // as an Enterprise Edition without licenses has
const hour = 3_600_000

export function countApiRequests(clock: Clock): ApiRequests {
  let byHour = new Map<number, number>()
  const recent = (): Map<number, number> => {
    const now = Math.floor(clock() / hour)
    byHour = new Map([...byHour].filter(([at]) => at > now - 24))
    return byHour
  }
  return {
    counting: (resource) => ({
      ...resource,
      async answer(parts, call) {
        const now = Math.floor(clock() / hour)
        byHour.set(now, (byHour.get(now) ?? 0) + 1)
        if (byHour.size > 25) recent()
        return await resource.answer(parts, call)
      },
    }),
    daily() {
      const used = [...recent().values()].reduce((sum, count) => sum + count, 0)
      return { Max: mostADay, Remaining: Math.max(0, mostADay - used) }
    },
  }
}
