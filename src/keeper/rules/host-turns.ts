/** Whose turn it is at a login host: so many exchanges at a time and a minute, over all processes, fairly among tenants; and of a host that is down one probe
 *  finds out that it is up again, not everybody. */
import { after, instant, milliseconds, minutes, seconds, type Duration, type Instant } from '../../values/time.ts'
import { restAfter } from './back-off.ts'
import { hasItsPart, isAhead, isBehind, placeOf, type Standing } from './fair-turns.ts'
import type { Exchanged } from './outcome.ts'

export type HostLimits = {
  /** Exchanges under way at one time. */
  readonly atOnce: number
  /** Never more in any minute; a fourth of them may come in one go. */
  readonly perMinute: number
  /** Failures in a row after which it counts as down. */
  readonly downAfter: number
}

/** As the store keeps it. */
export type HostState = {
  /** When the exchanges that were let through would have come, had they come evenly. */
  readonly turnAt: number
  readonly failures: number
  readonly restsUntil: number
  /** Where the turn stood that was given last (`Standing`). */
  readonly served: number
}

/** `asked`: somebody waits for it. `by-itself`: it leaves a fourth of the turns to those. `said`: also while the host rests, by
 *  somebody who knows that it was mended. */
export type Urgency = 'asked' | 'by-itself' | 'said'

export type Turn =
  | { readonly kind: 'now'; readonly next: HostState }
  /** `down`: it rests after failures; `full`: a turn will come soon. */
  | {
      readonly kind: 'later'
      readonly reason: 'down' | 'full'
      readonly until: Instant
      /** It waits for others, and not for what is under way of its own. */
      readonly waits: boolean
    }

export type AskTurn = {
  readonly now: Instant
  /** Exchanges with the host that are under way. */
  readonly flying: number
  readonly urgency: Urgency
  /** Its tenant among the others. */
  readonly standing: Standing
}

export const unknownHost: HostState = { turnAt: 0, failures: 0, restsUntil: 0, served: 0 }

export function decideTurn(state: HostState, { now, flying, urgency, standing }: AskTurn, limits: HostLimits): Turn {
  const rests = restsUntilOf(state, now)
  const isDown = state.failures >= limits.downAfter
  if (isDown && rests > now && urgency !== 'said') return { kind: 'later', reason: 'down', until: rests, waits: false }
  const soon = after(now, briefly)
  if (hasItsPart(standing, limits.atOnce)) return { kind: 'later', reason: 'full', until: soon, waits: false }
  const mayWait = urgency === 'by-itself' && !isBehind(standing, limits.atOnce)
  const atOnce = mayWait ? mostByItself(limits.atOnce) : limits.atOnce
  if (flying >= atOnce || isAhead(standing, limits.atOnce))
    return { kind: 'later', reason: 'full', until: soon, waits: true }
  const turnAt = after(turnAtOf(state, now, limits), evenly(limits))
  const ahead = evenly(limits) * (mayWait ? burstOf(limits) * 0.75 : burstOf(limits))
  if (turnAt > now + ahead) return { kind: 'later', reason: 'full', until: instant(turnAt - ahead), waits: true }
  const next = { ...state, turnAt, served: Math.max(state.served, placeOf(standing)) }
  // while this one finds out, the others go on resting
  return { kind: 'now', next: isDown && urgency !== 'said' ? { ...next, restsUntil: after(now, probe) } : next }
}

/** `jitter`: 0 to 1. */
export function afterTrouble(state: HostState, now: Instant, about: { jitter: number; downAfter: number }): HostState {
  const failures = state.failures + 1
  if (failures < about.downAfter) return { ...state, failures }
  const rest = restAfter(failures - about.downAfter + 1, about.jitter, downFor)
  return { ...state, failures, restsUntil: after(now, rest) }
}

/** What an exchange has shown of its host: that it answers, whatever it says, or that it is down. Undefined where it has shown nothing. */
export function showsWell(exchanged: Exchanged): boolean | undefined {
  switch (exchanged.got) {
    case 'no-connection':
    case 'no-reply':
      return false
    case 'nothing-written':
      return undefined
    case 'reply':
      return exchanged.status < 500 && exchanged.status !== 429
  }
}

export const longestRest: Duration = minutes(5)
const downFor = { first: seconds(5), most: longestRest }
/** As long as a lease: a probe whose process dies is followed by another one then. */
const probe = minutes(1)
const briefly = milliseconds(250)

const burstOf = ({ perMinute }: HostLimits): number => Math.max(1, Math.floor(perMinute / 4))
/** Between two turns when the burst is used up: burst and turns of one minute together are no more than a minute may have. */
const evenly = (limits: HostLimits): ReturnType<typeof milliseconds> =>
  milliseconds(Math.ceil(60_000 / Math.max(1, limits.perMinute - burstOf(limits))))

/** How long what is due waits for its turn: until the part of the burst that is left to others is there, then for as many turns as those may have before
 *  it is behind them. With less patience, one that asks all the time would take each turn before the next round comes. */
export function turnPatience(limits: HostLimits): Duration {
  const patience = evenly(limits) * (burstOf(limits) * 0.25 + limits.atOnce + 2)
  return milliseconds(Math.min(minutes(1), Math.max(seconds(2), patience)))
}

/** Of so many at a time: what nobody waits for leaves a fourth to those who do. */
export const mostByItself = (atOnce: number): number => Math.max(1, Math.ceil(atOnce * 0.75))

/** What lies further ahead than it can have been written was written before the clock was set back (L-56). */
function turnAtOf({ turnAt }: HostState, now: Instant, limits: HostLimits): Instant {
  const furthest = now + evenly(limits) * (burstOf(limits) + 1) + 60_000
  return instant(turnAt < now || turnAt > furthest ? now : turnAt)
}

function restsUntilOf({ restsUntil }: HostState, now: Instant): Instant {
  return instant(restsUntil > now + downFor.most ? now : restsUntil)
}
