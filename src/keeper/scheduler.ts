/** Looks after connections of which nobody asks anything: exchanges what is due, goes on with what is in doubt, and judges what a process that died has left.
 *  Several processes may do so over one vault: what one of them does, the others find done. */
import { after, hours, instant, milliseconds, minutes, seconds, type Instant } from '../values/time.ts'
import { finishReceived } from './connect/received.ts'
import { inTurns } from './in-turns.ts'
import { openPruning, type Pruning } from './pruning.ts'
import { jitterOf, lotOf } from './refresh/lot.ts'
import type { ExchangeParts } from './refresh/parts.ts'
import { refresh, type Refreshed, type When } from './refresh/refresh.ts'
import { restAfter } from './rules/back-off.ts'
import { planDue, servesUntil } from './rules/due.ts'
import { mostByItself, turnPatience } from './rules/host-turns.ts'
import { restingHosts } from './store/login-hosts.ts'
import { dueConnections, strandedConnections, type DueConnection, type LeftOpen } from './store/read-due.ts'

export type Scheduler = {
  /** One round now; resolves with how many connections were looked at. */
  readonly round: () => Promise<number>
  /** Begins no further exchange; resolves when those that are under way have ended. */
  readonly close: () => Promise<void>
}

/** Of one round. Login hosts have limits of their own; this one keeps a round short. */
const most = 500
/** Rows that are read in one go: the event loop waits for as long as that takes. */
const page = 250
/** In one round, where much is due of hosts that rest, or is put off. */
const mostPages = 20
/** From then on nothing more is begun: what one slow host leaves over, a later round goes on with, and others are looked at before. */
const longest = minutes(1)
/** Exchanges in this process at one time. */
const atOnce = 32

type State = {
  closed: boolean
  /** Where the round before has stopped reading. */
  last: DueConnection | undefined
  readonly pruning: Pruning
}

export function openScheduler(parts: ExchangeParts, { every }: { readonly every: number | 'off' }): Scheduler {
  const state: State = { closed: false, last: undefined, pruning: openPruning(parts) }
  let running: Promise<number> = Promise.resolve(0)
  const round = (): Promise<number> => (running = running.catch(() => 0).then(() => lookAfter(parts, state)))
  const tick = async (): Promise<void> => {
    try {
      await round()
    } catch (cause) {
      parts.log.error('keeper.round-failed', { cause: String(cause) })
    }
    next()
  }
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    // a tenth more or less, so that processes that were started together do not stay together
    if (!state.closed && every !== 'off')
      timer = setTimeout(() => void tick(), every * (0.9 + jitterOf(parts) * 0.2)).unref()
  }
  next()
  return {
    round,
    async close() {
      state.closed = true
      clearTimeout(timer)
      await running.catch(() => 0)
    },
  }
}

async function lookAfter(parts: ExchangeParts, state: State): Promise<number> {
  const { storage, replies } = parts
  await replies.adoptLeftovers()
  await finishReceived(parts)
  const stranded = await storage.read(() => strandedConnections({ limit: most }))
  await each(parts, state, { all: stranded, when: { kind: 'never' } })
  const due = await findDue(parts, state)
  await each(parts, state, { all: due, when: { kind: 'if-due' } })
  await state.pruning.step(() => state.closed)
  return stranded.length + due.length
}

/** What has to be exchanged now. What need not be is put off on the way, and what belongs to a login host that rests is passed over. */
async function findDue(parts: ExchangeParts, state: State): Promise<readonly DueConnection[]> {
  const { storage, clock, wait } = parts
  const now = clock()
  const resting = new Set(await storage.read(() => restingHosts(now)))
  const found: DueConnection[] = []
  for (let pages = 0; pages < mostPages && found.length < most && !state.closed; pages += 1) {
    const last = state.last
    const cursor = last === undefined ? undefined : { ...last.key, dueAt: last.dueAt }
    const rows = await storage.read(() => dueConnections({ now, limit: page, after: cursor }))
    found.push(...(await withoutPutOff(parts, rows, now)).filter(({ loginUrl }) => !resting.has(loginUrl)))
    state.last = rows.at(-1)
    if (rows.length < page) {
      state.last = undefined
      break
    }
    await wait(milliseconds(0)) // whoever asks for an access token meanwhile does not wait for the whole round
  }
  return found
}

async function withoutPutOff(
  { storage, settings }: ExchangeParts,
  rows: readonly DueConnection[],
  now: Instant,
): Promise<readonly DueConnection[]> {
  const planned = rows.map((row) => ({ row, plan: planDue(dueNowOf(row), now, settings.heartbeat) }))
  const later = planned.flatMap(({ row, plan }) =>
    plan.kind === 'put-off' ? [{ key: row.key, version: row.version, dueAt: row.dueAt, until: plan.until }] : [],
  )
  if (later.length > 0) await storage.write('putOff', { all: later })
  return planned.filter(({ plan }) => plan.kind === 'exchange').map(({ row }) => row)
}

function dueNowOf(row: DueConnection): Parameters<typeof planDue>[0] {
  const { accessIssuedAt, accessExpiresAt, sessionSeconds } = row
  const session = sessionSeconds === null ? undefined : seconds(sessionSeconds)
  const end = accessIssuedAt === null ? undefined : (accessExpiresAt ?? servesUntil(instant(accessIssuedAt), session))
  return {
    ...{ isAlive: row.state === 'alive', lot: lotOf(row.key) },
    restsSince: instant(row.lastExchangeAt ?? row.createdAt),
    servesUntil: end === undefined ? undefined : instant(end),
  }
}

type Looking = { readonly all: readonly (LeftOpen | DueConnection)[]; readonly when: When }

async function each(parts: ExchangeParts, state: State, { all, when }: Looking): Promise<void> {
  const { limits } = parts.settings
  const until = parts.monotonic() + longest
  await inTurns(all, {
    of: ({ loginUrl }) => loginUrl,
    ...{ atOnce, atOnceOfOne: mostByItself(limits.atOnce), beginAt: jitterOf(parts) },
    async work(one) {
      if (state.closed || parts.monotonic() > until) return 'leave-the-rest'
      const done = await look(parts, one, when)
      const hasRests = done?.kind === 'refused-to-send' && done.rests !== undefined
      return hasRests ? 'leave-the-rest' : 'go-on'
    },
  })
}

async function look(parts: ExchangeParts, one: LeftOpen | DueConnection, when: When): Promise<Refreshed | undefined> {
  const { key } = one
  try {
    const turnUntil = after(parts.clock(), turnPatience(parts.settings.limits))
    const done = await refresh(parts, { key, when, turnUntil, patienceUntil: instant(0) })
    const what = done.kind === 'exchanged' ? done.outcome.kind : done.kind
    parts.log.info('keeper.looked-after', { ...key, what })
    if (done.kind === 'refused-to-send' && done.rests === undefined) await comeLater(parts, one)
    return done
  } catch (cause) {
    parts.log.error('keeper.look-failed', { ...key, cause: String(cause) })
    await parts.wait(milliseconds(10)) // one that cannot be opened must not make the round spin
    await comeLater(parts, one)
    return undefined
  }
}

/** What could not even be begun, e.g. because the keyring does not answer, is not tried in every round; unless it was changed, and has a time of its own. */
async function comeLater(parts: ExchangeParts, one: LeftOpen | DueConnection): Promise<void> {
  const { storage, clock, settings, underWay } = parts
  if (!('version' in one) || underWay.isClosing()) return
  const rest = restAfter(1, jitterOf(parts), { first: settings.backOff.trouble, most: hours(1) })
  const { key, version, dueAt } = one
  await storage.write('putOff', { all: [{ key, version, dueAt, until: after(clock(), rest) }] })
}
