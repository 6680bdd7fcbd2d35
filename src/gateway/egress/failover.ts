/** One dial over several egresses: the next is tried at once when one fails, and raced when one stalls (P-40). */
import { formatAddress, type Address } from '../../ip/address.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import type { DeadlineWheel } from '../relay/deadline-wheel.ts'
import { planAttempts, type Pair } from '../rules/egress/attempts.ts'
import { endsDial, refusalAfter, type DialFailure, type FailedAttempt } from '../rules/egress/dial-failure.ts'
import { formatDestination, type Destination } from '../rules/destination/destination.ts'
import type { HealthSignal } from '../rules/egress/health.ts'
import { refusal, type Refusal } from '../rules/refusal.ts'
import type { Reachable } from '../reach.ts'
import type { Dialled } from '../tunnel.ts'
import type { Connection } from './dial.ts'
import type { Egress } from './egress.ts'
import { race, type AttemptEnd, type Course, type Outcome } from './race.ts'

/** An egress, and what it may dial: addresses of its family, or once nothing, where it sends the name. */
export type Lane = {
  readonly egress: Egress
  readonly addresses: readonly (Address | undefined)[]
  /** Known to be refused by the allowlist of the destination (P-42). */
  readonly refused: boolean
}

export type Failover = {
  readonly reachable: Reachable
  /** The best first; at least one. */
  readonly lanes: readonly Lane[]
  readonly sticky: boolean
  readonly pin: string | undefined
  readonly gone: AbortSignal
  readonly passed?: string | undefined
  readonly attemptMs: number
  readonly totalMs: number
}

export type FailoverEnvironment = {
  readonly wheel: DeadlineWheel
  readonly monotonic: () => number
  readonly signal: (egress: Egress, signal: HealthSignal) => void
}

/** How much longer than for any other egress is waited before one is raced that the destination's allowlist refuses: a connection from there is
 *  won in vain, so a packet lost on the good one must have had the time to be sent again. */
const patienceBeforeRefused = 6

/** Nothing has been sent when it resolves. */
export async function dialWithFailover(
  dial: Failover,
  environment: FailoverEnvironment,
): Promise<Result<Dialled, Refusal>> {
  return await new Promise((resolve) => {
    const attempts = attemptsOf(dial)
    race(courseOf(dial, attempts), environment, (outcome) => {
      tellEgresses(outcome, { dial, attempts, environment })
      resolve(outcome.kind === 'won' ? ok(dialledBy(outcome, attempts)) : fault(refusalOf(outcome, dial, attempts)))
    })
  })
}

type Attempts = {
  readonly count: () => number
  readonly at: (n: number) => { readonly lane: Lane; readonly address: Address | undefined }
}

/** Most dials end with the first attempt: the others are planned when they are needed. */
function attemptsOf({ lanes, sticky }: Failover): Attempts {
  const [first] = lanes
  if (first === undefined) throw new Error('a dial needs an egress')
  const single = lanes.length === 1 && first.addresses.length === 1
  let plan: readonly Pair[] | undefined
  const planned = (): readonly Pair[] =>
    (plan ??= planAttempts(
      lanes.map(({ addresses }) => addresses.length),
      sticky,
    ))
  return {
    count: () => (single ? 1 : planned().length),
    at(n) {
      if (n === 0) return { lane: first, address: first.addresses[0] }
      const pair = planned()[n]
      const lane = pair && lanes[pair.egress]
      if (pair === undefined || lane === undefined) throw new Error(`a dial has no attempt ${n}`)
      return { lane, address: lane.addresses[pair.address] }
    },
  }
}

function courseOf({ reachable, attemptMs, totalMs, gone, passed }: Failover, attempts: Attempts): Course<Connection> {
  return {
    count: attempts.count,
    start: (n: number, ended: (end: AttemptEnd<Connection>) => void) => {
      const { lane, address } = attempts.at(n)
      const destination = address === undefined ? (reachable.forVia ?? reachable.destination) : reachable.destination
      return lane.egress.dial({ destination, address, passed }, ended)
    },
    patience: (n) => {
      const crosses = n < attempts.count() && attempts.at(n).lane.refused && !attempts.at(n - 1).lane.refused
      return crosses ? attemptMs * patienceBeforeRefused : attemptMs
    },
    endsIt: endsDial,
    totalMs,
    gone,
    discard: ({ socket }) => {
      socket.on('error', () => undefined)
      socket.destroy()
    },
  }
}

type Told = { readonly dial: Failover; readonly attempts: Attempts; readonly environment: FailoverEnvironment }

function tellEgresses(outcome: Outcome<Connection>, { dial, attempts, environment }: Told): void {
  const tell = (n: number, signal: HealthSignal | undefined): void => {
    if (signal !== undefined) environment.signal(attempts.at(n).lane.egress, signal)
  }
  const took = (n: number): number => outcome.tookMs - (outcome.startedAt[n] ?? 0)
  if (outcome.kind === 'won') tell(outcome.n, { kind: 'dial-succeeded', ms: took(outcome.n) })
  for (const { n, failure } of outcome.failed) tell(n, signalOf(failure, dial.reachable.destination))
  for (const n of outcome.unended) {
    if (outcome.kind === 'timed-out') tell(n, signalOf({ kind: 'timed-out' }, dial.reachable.destination))
    else if (outcome.kind === 'won' && n < outcome.n && attempts.at(n).lane !== attempts.at(outcome.n).lane)
      tell(n, { kind: 'dial-outrun', ms: took(n) })
  }
}

/** What the destination does is no fault of the egress. */
function signalOf(failure: DialFailure, destination: Destination): HealthSignal | undefined {
  switch (failure.kind) {
    case 'timed-out':
    case 'unreachable':
      return { kind: 'dial-failed', destination: formatDestination(destination) }
    case 'wrong-address':
      return { kind: 'address-missing', how: failure.why }
    case 'proxy-failed':
      return { kind: 'proxy-failed' }
    case 'proxy-refused':
      return failure.speaksOf === 'proxy' ? { kind: 'proxy-failed' } : undefined
    case 'refused':
    case 'ports-exhausted':
    case 'descriptors-exhausted':
      return undefined
  }
}

function dialledBy(outcome: Outcome<Connection> & { readonly kind: 'won' }, attempts: Attempts): Dialled {
  const { socket, remote, leavesFrom } = outcome.value
  const { egress } = attempts.at(outcome.n).lane
  if (leavesFrom !== undefined) egress.learn(leavesFrom)
  const address = leavesFrom ?? egress.publicAddress()
  return {
    socket,
    egress: egress.declaration.name,
    declaration: egress.declaration,
    address: address === undefined ? undefined : formatAddress(address),
    observed: egress.confirmation().kind === 'confirmed',
    remote,
    dialMs: outcome.tookMs,
  }
}

function refusalOf(outcome: Outcome<Connection>, dial: Failover, attempts: Attempts): Refusal {
  const destination = formatDestination(dial.reachable.destination)
  if (outcome.kind === 'gone')
    return refusal('CONNECTION_FAILED', { destination, why: 'the client has gone before it was connected' })
  const named = (n: number, failure: DialFailure): FailedAttempt => ({
    egress: attempts.at(n).lane.egress.declaration.name,
    failure,
  })
  const failed = [
    ...outcome.failed.map(({ n, failure }) => named(n, failure)),
    ...outcome.unended.map((n) => named(n, { kind: 'timed-out' })),
  ]
  return refusalAfter(failed, { destination, afterMs: Math.round(outcome.tookMs), pin: dial.pin })
}
