/** The health of one egress: a fold over what its probes and the dials from it have shown. */
import { milliseconds, type Duration, type Instant } from '../../../values/time.ts'

export type HealthLimits = {
  /** From the start of one probe to the start of the next, before jitter. */
  readonly every: Duration
  readonly timeout: Duration
  /** Failures in a row that turn up into down. */
  readonly fall: number
  /** Successes in a row that turn down into up. */
  readonly rise: number
}

/** `unusable`: its address is not on this machine. Whether the public address is confirmed is another matter (confirmation.ts). */
export type Health = {
  readonly state: 'starting' | 'up' | 'down' | 'unusable'
  readonly since: Instant
  readonly why: string
  /** Probes in a row that spoke against the state. */
  readonly against: number
  /** Smoothed over dials and probes; milliseconds, with fractions. */
  readonly latencyMs: number | undefined
  /** Destinations to which dials have failed since something last succeeded. */
  readonly failing: readonly string[]
  /** Dials say that something is wrong: probe now, do not wait for the turn. */
  readonly suspected: boolean
}

/** `how` is a clause that follows "a probe of TARGET …" or "dials …": `was not answered within 1000 ms`. */
export type HealthSignal =
  | { readonly kind: 'probe-succeeded'; readonly ms: number }
  | { readonly kind: 'probe-failed'; readonly how: string }
  /** The timer fired late (P-15), or the target could not be asked about: nothing is known. */
  | { readonly kind: 'probe-inconclusive'; readonly how: string }
  | { readonly kind: 'address-missing'; readonly how: string }
  | { readonly kind: 'dial-succeeded'; readonly ms: number }
  /** It timed out, or the network said that there is no way. Not: the destination refused. */
  | { readonly kind: 'dial-failed'; readonly destination: string }
  /** It had no answer when another egress, started later, had one. */
  | { readonly kind: 'dial-outrun'; readonly ms: number }
  /** The proxy that it goes through failed, or spoke of itself. */
  | { readonly kind: 'proxy-failed' }

/** Share of `every` by which a probe may come sooner or later, so that egresses and instances do not probe in step. */
export const probeJitter = 0.1
/** So many destinations must fail, and nothing succeed in between, before dials count: one that drops is its own fault. */
const severalDestinations = 3
const smoothing = 0.2

export const newHealth = (at: Instant): Health => ({
  state: 'starting',
  since: at,
  why: 'No probe has ended yet.',
  against: 0,
  latencyMs: undefined,
  failing: [],
  suspected: false,
})

/** Only the probe target takes an egress down. Dials to several destinations that fail, and dials that another egress outran, bring the next
 *  probe forward; several failing destinations leave it one failure from down. They cannot do it alone: otherwise a client that dials three
 *  hosts which drop its packets takes every egress from everybody.
 *
 *  The first probe decides `starting`. An address that was missing and is back starts anew. */
export function stepHealth(
  health: Health,
  signal: HealthSignal,
  { at, limits }: { readonly at: Instant; readonly limits: HealthLimits },
): Health {
  switch (signal.kind) {
    case 'probe-succeeded':
      return afterSuccess({ ...health, latencyMs: smoothed(health.latencyMs, signal.ms) }, at, limits)
    case 'probe-failed':
      return afterFailure(health, signal.how, { at, limits })
    case 'probe-inconclusive':
      return afterNothing(health, signal.how, at)
    case 'address-missing':
      return { ...turned(health, { state: 'unusable', at, why: sentence(signal.how) }), against: 0 }
    case 'dial-succeeded':
      return { ...health, latencyMs: smoothed(health.latencyMs, signal.ms), failing: none }
    case 'dial-failed':
      return afterFailedDial(health, signal.destination, limits)
    case 'dial-outrun':
      // no better than what has been waited for; a lower figure would praise the stall
      return {
        ...health,
        latencyMs: smoothed(health.latencyMs, Math.max(signal.ms, health.latencyMs ?? 0)),
        suspected: health.state === 'up',
      }
    case 'proxy-failed':
      return { ...health, suspected: health.state === 'up' }
  }
}

const none: readonly string[] = []

function afterSuccess(health: Health, at: Instant, { rise }: HealthLimits): Health {
  const calm = { ...health, failing: none, suspected: false }
  if (health.state === 'up') return { ...calm, against: 0 }
  const successes = health.against + 1
  if (health.state === 'down' && successes < rise) return { ...calm, against: successes }
  const why = health.state === 'down' ? `${times(rise, 'probe')} succeeded.` : 'The probe succeeded.'
  return turned(calm, { state: 'up', at, why })
}

function afterFailure(
  health: Health,
  how: string,
  { at, limits }: { readonly at: Instant; readonly limits: HealthLimits },
): Health {
  if (health.state === 'down') return { ...health, against: 0, why: sentence(how), suspected: false }
  const failures = health.against + 1
  // what is suspected is probed again at once: down within seconds, instead of at the next turn
  if (health.state === 'up' && failures < limits.fall) return { ...health, against: failures }
  return turned(health, { state: 'down', at, why: sentence(how) })
}

function afterNothing(health: Health, how: string, at: Instant): Health {
  if (health.state === 'up' || health.state === 'down') return health
  return turned(health, { state: 'starting', at, why: sentence(how) })
}

function afterFailedDial(health: Health, destination: string, { fall }: HealthLimits): Health {
  if (health.state !== 'up' || health.failing.includes(destination)) return health
  const failing = [...health.failing, destination]
  if (failing.length < severalDestinations) return { ...health, failing }
  return { ...health, failing: none, suspected: true, against: Math.max(health.against, fall - 1) }
}

const turned = (health: Health, to: { state: Health['state']; at: Instant; why: string }): Health => ({
  ...health,
  state: to.state,
  since: health.state === to.state ? health.since : to.at,
  why: to.why,
  against: 0,
  failing: none,
  suspected: false,
})

const smoothed = (known: number | undefined, ms: number): number =>
  known === undefined ? ms : known + smoothing * (ms - known)
const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`
const times = (n: number, what: string): string => (n === 1 ? `1 ${what}` : `${n} ${what}s in a row`)

/** From the end of a probe to the start of the next. `chance` is 0 to 1. Probes follow each other at once while the egress is suspected; an
 *  inconclusive one is repeated soon, since it has told nothing. */
export function untilNextProbe(
  health: Health,
  limits: HealthLimits,
  last: { readonly tookMs: number; readonly inconclusive: boolean; readonly chance: number },
): Duration {
  if (last.inconclusive) return milliseconds(Math.min(limits.every, soon))
  if (health.suspected) return milliseconds(0)
  const turn = limits.every * (1 - probeJitter + 2 * probeJitter * last.chance)
  return milliseconds(Math.max(0, turn - last.tookMs))
}

const soon = 200

/** What passes at most between the moment from which on every packet is dropped and `down`: fall x (every + jitter) + timeout, 12 s by default.
 *  The worst moment is just after a probe has been answered. A blocked loop (P-15) adds the time for which it was blocked. */
export const longestDetection = ({ every, timeout, fall }: HealthLimits): Duration =>
  milliseconds(fall * Math.max(every * (1 + probeJitter), timeout) + timeout)
