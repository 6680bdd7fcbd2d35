/** Counts since the last batch, by client, egress and month and by egress, destination and hour; taken out as the rows of one batch. */
import { monthText, type Month } from '../rules/client/month.ts'
import type { HourCount, UsageCount } from '../store/usage.ts'

export type Delta = { readonly up: number; readonly down: number; readonly tunnels: number }

/** Counts of one period; when another begins, they are set aside. */
type Tally = { period: number; up: number; down: number; tunnels: number; lastAt: number; open: boolean }

/** Kept by every live tunnel, so that counting looks nothing up. */
export type Account = {
  readonly client: string
  readonly egress: string
  readonly tally: Tally
  /** Since the start of the process, for metrics. */
  readonly total: { up: number; down: number; tunnels: number }
}
export type Place = { readonly egress: string; readonly destination: string; readonly tally: Tally }

export type Book = {
  readonly account: (client: string, egress: string) => Account
  readonly place: (egress: string, destination: string) => Place
  readonly add: (to: { readonly account: Account; readonly place: Place }, delta: Delta, when: When) => void
  /** The rows since the last call. */
  readonly take: () => { readonly usage: readonly UsageCount[]; readonly hours: readonly HourCount[] }
  /** The same, left in the book. */
  readonly peek: () => { readonly usage: readonly UsageCount[] }
  readonly accounts: () => Iterable<Account>
}
/** The month that is billed is given, because bytes that are found after its end may belong to it. */
export type When = { readonly at: number; readonly month: Month }

const hour = 3_600_000

export function openBook(): Book {
  const accounts = interned((client, egress): Account => ({
    ...{ client, egress, tally: emptyTally() },
    total: { up: 0, down: 0, tunnels: 0 },
  }))
  const places = interned((egress, destination): Place => ({ egress, destination, tally: emptyTally() }))
  const usage = openPage<Account, UsageCount>(({ client, egress, tally: { up, down, tunnels, period } }) => ({
    ...{ month: monthText(period), client, egress, up, down, tunnels },
  }))
  const hours = openPage<Place, HourCount>(({ egress, destination, tally: { up, down, tunnels, period, lastAt } }) => ({
    ...{ egress, hour: period, destination, up, down, tunnels, lastUsedAt: lastAt },
  }))
  return {
    account: accounts.of,
    place: places.of,
    accounts: accounts.all,
    add({ account, place }, delta, { at, month }) {
      account.total.up += delta.up
      account.total.down += delta.down
      account.total.tunnels += delta.tunnels
      usage.add(account, delta, { period: month, at })
      hours.add(place, delta, { period: Math.floor(at / hour), at })
    },
    take: () => ({ usage: usage.take(), hours: hours.take() }),
    peek: () => ({ usage: usage.peek() }),
  }
}

const emptyTally = (): Tally => ({ period: 0, up: 0, down: 0, tunnels: 0, lastAt: 0, open: false })

/** One object for each pair of names; maps in a map, so that nothing is glued together on the way of a tunnel. */
function interned<T>(make: (a: string, b: string) => T): {
  readonly of: (a: string, b: string) => T
  readonly all: () => Iterable<T>
} {
  const known = new Map<string, Map<string, T>>()
  const add = (a: string, b: string): T => {
    const made = make(a, b)
    known.set(a, (known.get(a) ?? new Map<string, T>()).set(b, made))
    return made
  }
  return {
    of: (a, b) => known.get(a)?.get(b) ?? add(a, b),
    all: () => [...known.values()].flatMap((each) => [...each.values()]),
  }
}

function openPage<Subject extends { readonly tally: Tally }, Row>(rowOf: (subject: Subject) => Row) {
  let open: Subject[] = []
  let rows: Row[] = []
  return {
    add(subject: Subject, delta: Delta, { period, at }: { readonly period: number; readonly at: number }): void {
      const { tally } = subject
      if (tally.open && tally.period !== period) {
        rows.push(rowOf(subject))
        clear(tally)
      }
      if (!tally.open) {
        tally.open = true
        open.push(subject)
      }
      tally.period = period
      tally.up += delta.up
      tally.down += delta.down
      tally.tunnels += delta.tunnels
      tally.lastAt = Math.max(tally.lastAt, at)
    },
    peek: (): readonly Row[] => [...rows, ...open.filter(({ tally }) => tally.open).map(rowOf)],
    take(): readonly Row[] {
      const taken = [...rows]
      for (const subject of open) {
        if (!subject.tally.open) continue // named twice: its period had changed
        taken.push(rowOf(subject))
        clear(subject.tally)
      }
      open = []
      rows = []
      return taken
    },
  }
}

function clear(tally: Tally): void {
  tally.up = 0
  tally.down = 0
  tally.tunnels = 0
  tally.lastAt = 0
  tally.open = false
}
