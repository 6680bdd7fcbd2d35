/** Faults on demand, so that a client's bad days can be rehearsed; deterministic by seed. */
import type { Duration } from '../../values/time.ts'

export type Fault =
  /** The redemption commits, then the connection is cut before a byte of the reply. */
  | { readonly kind: 'drop-response' }
  /** The reply waits; `before` or `after` the commit. */
  | { readonly kind: 'delay'; readonly for: Duration; readonly when: 'before-commit' | 'after-commit' }
  /** 503 before anything is looked at. */
  | { readonly kind: 'unavailable' }
  /** `token request is already being processed`, the token left as it was. */
  | { readonly kind: 'in-flight' }
  /** An allowlist save takes this long to come into force; the whole old list applies until then (SF-139, SF-140). */
  | { readonly kind: 'slow-propagation'; readonly for: Duration }
  /** An allowlist save answers success and changes nothing (SF-146). */
  | { readonly kind: 'save-does-not-take' }
  /** A deploy of the Metadata API fails, its component refused in Salesforce's words. */
  | { readonly kind: 'refuse-deploy' }
  /** A deploy says Succeeded and changes nothing. */
  | { readonly kind: 'deploy-not-taking' }
  /** A deploy is under way this long before it is looked at. */
  | { readonly kind: 'slow-deploy'; readonly for: Duration }
export type FaultKind = Fault['kind']

/** One order: `rate` is the share of the app's requests that it strikes, drawn from `seed`; `times` is how often it still may. */
export type FaultOrder = {
  readonly fault: Fault
  /** Undefined: every app. */
  readonly app: string | undefined
  readonly times: number
  readonly rate: number
  readonly seed: number
}

export type Faults = {
  /** The fault of one of these kinds that strikes this request, if any; taking it uses it up. */
  readonly take: (kinds: readonly FaultKind[], app: string) => Fault | undefined
  readonly add: (order: FaultOrder) => void
  readonly clear: () => void
  readonly list: () => readonly FaultOrder[]
}

/** At most this many orders at once. */
const mostOrders = 1000

export function openFaults(): Faults {
  let orders: { order: FaultOrder; left: number; draw: () => number }[] = []
  const strikes = (
    each: { order: FaultOrder; left: number; draw: () => number },
    kinds: readonly FaultKind[],
    app: string,
  ) =>
    kinds.includes(each.order.fault.kind) &&
    (each.order.app === undefined || each.order.app === app) &&
    each.draw() < each.order.rate
  return {
    take(kinds, app) {
      if (orders.length === 0) return undefined
      const hit = orders.find((each) => strikes(each, kinds, app))
      if (hit === undefined) return undefined
      hit.left -= 1
      if (hit.left <= 0) orders = orders.filter((each) => each !== hit)
      return hit.order.fault
    },
    add(order) {
      if (order.times < 1) return
      if (orders.length >= mostOrders) orders.shift()
      orders.push({ order, left: order.times, draw: seededDraw(order.seed) })
    },
    clear() {
      orders = []
    },
    list: () => orders.map(({ order, left }) => ({ ...order, times: left })),
  }
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function seededDraw(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
