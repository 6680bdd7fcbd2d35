/** Counts and their month: what the meter's parts work on together. */
import type { Instant } from '../../values/time.ts'
import { monthEnd, monthOf, monthText, type Month } from '../rules/client/month.ts'
import { compileLimits, planState, type ClientLimits, type LimitsConfiguration } from '../rules/client/plans.ts'
import type { MonthSum } from '../store/usage.ts'
import type { LiveTunnel } from '../tunnel.ts'
import { openBook, type Book, type When } from './book.ts'
import { openClientMeters, usedBy, type ClientMeter, type ClientMeters } from './client-meters.ts'
import { openFlusher, type Flusher, type Taken } from './flusher.ts'
import { openLiveTunnels, type LiveTunnels } from './live-tunnels.ts'
import type { MeterOptions, MeterParts } from './meter-parts.ts'

export type Counting = {
  readonly clients: ClientMeters
  readonly book: Book
  readonly live: LiveTunnels
  readonly flusher: Flusher
  /** Under the configuration of this moment. */
  readonly limits: () => ReadonlyMap<string, ClientLimits>
  /** The instant and the month that runs in it; turns the month over first. */
  readonly when: () => When
  /** One pass over the live tunnels, and the end of those whose client is over its hard limit. */
  readonly sweep: () => void
  readonly flush: () => Promise<void>
  /** Milliseconds from `now` to the end of the month. */
  readonly monthLeft: (now: Instant) => number
}

export function openCounting(
  parts: MeterParts,
  {
    limits: configured,
    month: first,
    sums,
  }: MeterOptions & { readonly month: Month; readonly sums: readonly MonthSum[] },
): Counting {
  const book = openBook()
  const live = openLiveTunnels(book)
  const clients = openClientMeters(sums)
  const limits = compiledOnce(configured)
  let month = first
  let ends = monthEnd(first)
  const flusher = openFlusher<Note>({
    processId: Buffer.from(parts.random(16)).toString('hex'),
    log: parts.log,
    take: () => takeBatch(book, clients, { at: parts.clock(), month }),
    write: (batch) => parts.storage.write('recordUsage', batch),
    settled(stored, note) {
      if (note.month !== month) return // it has ended while the batch was under way
      settle(clients, stored, note)
      judge()
    },
  })
  const when = (): When => {
    const at = parts.clock()
    if (at >= ends) {
      live.count({ at, month }) // a timer comes at the end of the month, so what is found now is of the month before
      month = monthOf(at)
      ends = monthEnd(month)
      clients.startMonth()
    }
    return { at, month }
  }
  const judge = (): void => judgePlans({ clients, live, limits: limits(), log: parts.log })
  const sweep = (): void => {
    live.count(when())
    judge()
  }
  return {
    ...{ clients, book, live, flusher, limits, when, sweep },
    monthLeft: (now) => ends - now,
    async flush() {
      sweep()
      await flusher.flush()
    },
  }
}

/** The configuration is another object after a reload, and only then. */
function compiledOnce(configured: () => LimitsConfiguration): Counting['limits'] {
  let of: LimitsConfiguration | undefined
  let compiled: ReadonlyMap<string, ClientLimits> = new Map()
  return () => {
    const now = configured()
    if (of !== now) {
      compiled = compileLimits(now)
      of = now
    }
    return compiled
  }
}

/** What of each client's `unsettled` is in the batch. */
type Note = { readonly month: Month; readonly bytes: ReadonlyMap<ClientMeter, number> }

function takeBatch(book: Book, clients: ClientMeters, { at, month }: When): Taken<Note> | undefined {
  const { usage, hours } = book.take()
  if (usage.length === 0 && hours.length === 0) return undefined
  const named = [...new Set(usage.map(({ client }) => client))]
  const bytes = new Map(named.map((name) => [clients.of(name), clients.of(name).unsettled]))
  return {
    batch: { at, usage, hours, sumsOf: { month: monthText(month), clients: named } },
    note: { month, bytes },
  }
}

/** The store's sums hold what other processes have counted as well. */
function settle(clients: ClientMeters, stored: readonly MonthSum[], { bytes }: Note): void {
  for (const [meter, settled] of bytes) meter.unsettled -= settled
  for (const { client, bytes: sum } of stored) clients.of(client).stored = sum
}

function judgePlans({
  clients,
  live,
  limits,
  log,
}: {
  readonly clients: ClientMeters
  readonly live: LiveTunnels
  readonly limits: ReadonlyMap<string, ClientLimits>
  readonly log: MeterParts['log']
}): void {
  const over = new Set<ClientMeter>()
  for (const [name, { plan }] of limits) {
    if (plan === undefined) continue
    const meter = clients.of(name)
    const used = usedBy(meter)
    const state = planState(plan, used)
    if (state !== meter.told) log.info('plan-state', { client: name, plan: plan.name, state, used, limit: plan.bytes })
    meter.told = state
    if (state === 'hard' && plan.liveTunnels === 'cut' && meter.open > 0) over.add(meter)
  }
  if (over.size > 0) live.cut((client) => over.has(client))
}

/** With nothing counted yet of the tunnel that has just been dialled. */
export function startTunnel({ clients, book, live, when }: Counting, tunnel: LiveTunnel, destination: string): void {
  const { ask, dialled } = tunnel
  if (dialled === undefined) throw new Error('a tunnel is metered once it is dialled')
  const counted = {
    client: clients.of(ask.client.name),
    account: book.account(ask.client.name, dialled.egress),
    place: book.place(dialled.egress, destination),
  }
  book.add(counted, { up: 0, down: 0, tunnels: 1 }, when())
  live.add(tunnel, counted)
}
