/** Probes one egress again and again: a connection to the target of the health check, and nothing sent over it. */
import { familyOf } from '../../ip/address.ts'
import { describeFailure, type DialFailure } from '../rules/egress/dial-failure.ts'
import { formatDestination, type Destination } from '../rules/destination/destination.ts'
import { untilNextProbe, type HealthLimits, type HealthSignal } from '../rules/egress/health.ts'
import type { DeadlineWheel } from '../relay/deadline-wheel.ts'
import type { Connection } from './dial.ts'
import type { Egress, Target } from './egress.ts'
import { race, type AttemptEnd, type Outcome } from './race.ts'
import type { ResolveHost } from './via.ts'

export type ProbeSettings = HealthLimits & { readonly target: Destination }

export type ProbeEnvironment = {
  readonly settings: () => ProbeSettings
  readonly resolve: ResolveHost
  readonly wheel: DeadlineWheel
  readonly monotonic: () => number
  /** 0 to 1. */
  readonly chance: () => number
  readonly attemptMs: () => number
}

export type Probing = {
  /** A probe from now on, not one that is under way; resolves when it has its verdict. */
  readonly now: () => Promise<void>
  /** Resolves when no probe is under way. */
  readonly settled: () => Promise<void>
  /** Does not wait for the next turn. */
  readonly hurry: () => void
  readonly close: () => void
}

/** A timer that fires later than this after its time makes the probe inconclusive (P-15): the loop was blocked, and the answer may have come. */
const lateness = (timeout: number): number => Math.max(100, timeout / 5)

/** An egress that is outrun by others all the time does not make a probe of each dial. */
const betweenHurried = 1_000

export function openProbing(egress: Egress, environment: ProbeEnvironment): Probing {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let closed = false
  let began = -Infinity

  const probe = async (): Promise<void> => {
    clearTimeout(timer)
    began = environment.monotonic()
    const signal = await probeOnce(egress, environment)
    running = undefined
    if (closed) return
    egress.signal(signal)
    const last = {
      tookMs: environment.monotonic() - began,
      inconclusive: signal.kind === 'probe-inconclusive',
      chance: environment.chance(),
    }
    timer = setTimeout(() => void start(), untilNextProbe(egress.health(), environment.settings(), last)).unref()
  }
  const start = (): Promise<void> => (running ??= probe())
  void start()
  return {
    now: async () => {
      await running
      if (!closed) await start()
    },
    settled: async () => await running,
    hurry() {
      if (running !== undefined || closed) return
      clearTimeout(timer)
      const since = environment.monotonic() - began
      timer = setTimeout(() => void start(), Math.max(0, betweenHurried - since)).unref()
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

async function probeOnce(egress: Egress, environment: ProbeEnvironment): Promise<HealthSignal> {
  const { target, timeout } = environment.settings()
  const targets = await targetsOf(egress, target, environment)
  const name = formatDestination(target)
  if (typeof targets === 'string') return { kind: 'probe-inconclusive', how: `${name} cannot be probed: ${targets}` }
  const outcome = await new Promise<Outcome<Connection>>((resolve) => {
    const course = {
      count: () => targets.length,
      start: (n: number, ended: (end: AttemptEnd<Connection>) => void) => egress.dial(targetAt(targets, n), ended),
      patience: environment.attemptMs,
      endsIt: ({ kind }: DialFailure) => kind === 'wrong-address',
      totalMs: timeout,
      discard: ({ socket }: Connection) => void socket.destroy(),
    }
    race(course, environment, resolve)
  })
  return verdictOf(outcome, { name, timeout, egress })
}

/** A clause, where there is nothing to dial. */
async function targetsOf(
  egress: Egress,
  destination: Destination,
  { resolve }: ProbeEnvironment,
): Promise<readonly Target[] | string> {
  const { local } = egress
  if (local === undefined) return [{ destination, address: undefined }]
  const family = familyOf(local)
  const addresses = await resolve(destination.host)
  const reachable = addresses.filter((address) => familyOf(address) === family)
  if (reachable.length > 0) return reachable.map((address): Target => ({ destination, address }))
  return addresses.length === 0 ? 'it does not resolve' : `it has no ${family} address`
}

function targetAt(targets: readonly Target[], n: number): Target {
  const target = targets[n]
  if (target === undefined) throw new Error(`a probe has no target ${n}`)
  return target
}

type Probed = { readonly name: string; readonly timeout: number; readonly egress: Egress }

function verdictOf(outcome: Outcome<Connection>, { name, timeout, egress }: Probed): HealthSignal {
  if (outcome.kind === 'won') {
    const { socket, leavesFrom } = outcome.value
    socket.on('error', () => undefined)
    socket.destroy()
    if (leavesFrom !== undefined) egress.learn(leavesFrom)
    return { kind: 'probe-succeeded', ms: outcome.tookMs - (outcome.startedAt[outcome.n] ?? 0) }
  }
  if (outcome.kind === 'timed-out') {
    const late = outcome.tookMs - timeout
    if (late > lateness(timeout))
      return { kind: 'probe-inconclusive', how: `the probe of ${name} was called off ${Math.round(late)} ms late` }
    return { kind: 'probe-failed', how: `the probe of ${name} had no answer within ${timeout} ms` }
  }
  return failedVerdict(outcome.failed.at(-1)?.failure ?? { kind: 'timed-out' }, name)
}

function failedVerdict(failure: DialFailure, name: string): HealthSignal {
  const how = `the probe of ${name} failed: ${describeFailure(failure)}`
  switch (failure.kind) {
    case 'wrong-address':
      return { kind: 'address-missing', how: failure.why }
    case 'ports-exhausted':
    case 'descriptors-exhausted':
      return { kind: 'probe-inconclusive', how } // of this process, not of the way out
    case 'refused':
    case 'timed-out':
    case 'unreachable':
    case 'proxy-failed':
    case 'proxy-refused':
      return { kind: 'probe-failed', how }
  }
}
