/** Reading the events of a tenant: page by page, and on as they come, without a gap and without a double. */
import type { Program } from '../storage/program.ts'
import type { Storage } from '../storage/storage.ts'
import type { Bell } from './bell.ts'
import type { EventPage } from './keeper-face.ts'
import { findEvents, findEventSpan } from './store/events.ts'
import type { KeeperWrites } from './store/writes.ts'

export type PageQuery = {
  readonly tenant: string
  /** Left out: from now on. */
  readonly after?: number | undefined
  readonly connection?: string | undefined
  readonly limit: number
}

export type Events = {
  readonly page: (query: PageQuery) => Promise<EventPage>
  /** The first page comes at once, perhaps empty; then one whenever there is something. Ends with the signal, and with the keeper. */
  readonly follow: (query: Omit<PageQuery, 'limit'>, signal: AbortSignal) => AsyncGenerator<EventPage, void>
  readonly close: () => void
}

const pageSize = 100

export function openEvents(means: { readonly storage: Storage<KeeperWrites>; readonly bell: Bell }): Events {
  const { storage } = means
  const watch = openWatch(means)
  const page = async (query: PageQuery): Promise<EventPage> => await storage.read(() => readPage(query))
  return {
    page,
    async *follow({ tenant, after, connection }, signal) {
      let seen = after
      let begun = false
      while (!signal.aborted && !watch.closed()) {
        const found = await page({ tenant, after: seen, connection, limit: pageSize })
        if (!begun || found.events.length > 0 || found.missed !== undefined) yield found
        begun = true
        seen = found.upTo
        if (!found.more) await watch.changed({ tenant, seen, signal })
      }
    },
    close: watch.close,
  }
}

/** All of one snapshot, so that what is not in it comes after `upTo`. */
function* readPage({ tenant, after, connection, limit }: PageQuery): Program<EventPage> {
  const { first, last } = yield* findEventSpan(tenant)
  const from = after ?? last
  const oldest = Math.max(first - 1, 0)
  // behind the last one is whoever has read a vault that was restored from an older copy since: all that is kept is told
  const isLost = from < oldest || from > last
  const start = isLost ? oldest : from
  const events = yield* findEvents({ tenant, after: start, connection, limit })
  const more = events.length === limit
  const upTo = more ? (events.at(-1)?.sequence ?? last) : last
  return { events, upTo, more, ...(isLost ? { missed: { after: from, upTo: start } } : {}) }
}

type Waiting = { readonly tenant: string; readonly seen: number; readonly wake: () => void }
type Watch = {
  /** Resolves when there are events behind `seen`, or with the signal. */
  readonly changed: (wish: {
    readonly tenant: string
    readonly seen: number
    readonly signal: AbortSignal
  }) => Promise<void>
  readonly closed: () => boolean
  readonly close: () => void
}

/** How often the store is asked while somebody waits, and how often at most when the bell rings without end; ms. */
const often = { atLeast: 1000, atMost: 50 } as const

/** One question a tenant, however many wait. */
function openWatch({ storage, bell }: { readonly storage: Storage<KeeperWrites>; readonly bell: Bell }): Watch {
  const all = new Set<Waiting>()
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let dueSoon = false
  const look = async (): Promise<void> => {
    dueSoon = false
    for (const tenant of new Set([...all].map((each) => each.tenant))) {
      const { last } = await storage.read(() => findEventSpan(tenant))
      for (const each of all) if (each.tenant === tenant && each.seen !== last) each.wake()
    }
  }
  const arm = (ms: number): void => {
    clearTimeout(timer)
    if (closed || all.size === 0) return
    timer = setTimeout(() => void look().then(rearm, rearm), ms).unref()
  }
  // a store that cannot be read now may be later; the streams stand still until then
  const rearm = (): void => arm(dueSoon ? often.atMost : often.atLeast)
  const unlisten = bell.listen(() => {
    if (dueSoon || all.size === 0) return
    dueSoon = true
    arm(often.atMost)
  })
  return {
    async changed({ tenant, seen, signal }) {
      await new Promise<void>((resolve) => {
        const waiting: Waiting = { tenant, seen, wake: done }
        function done(): void {
          all.delete(waiting)
          signal.removeEventListener('abort', done)
          resolve()
        }
        if (signal.aborted || closed) return resolve()
        signal.addEventListener('abort', done)
        all.add(waiting)
        if (all.size === 1) arm(often.atMost)
      })
    },
    closed: () => closed,
    close() {
      closed = true
      unlisten()
      clearTimeout(timer)
      for (const each of all) each.wake()
    },
  }
}
