/** Why a dial failed: what it says of the egress, whether the next egress is tried, and what the client is told. */
import { refusal, type Refusal } from '../refusal.ts'

/** `speaksOf`: whom an answer of the proxy in between is about (upstream-reply.ts). */
export type SpeaksOf = 'proxy' | 'path' | 'destination'

export type DialFailure =
  | { readonly kind: 'refused' }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'unreachable'; readonly why: string }
  /** The egress has not the address that it declares, or the connection would have left by another one. */
  | { readonly kind: 'wrong-address'; readonly why: string }
  | { readonly kind: 'ports-exhausted' }
  | { readonly kind: 'descriptors-exhausted' }
  /** The proxy in between did not let itself be asked. */
  | { readonly kind: 'proxy-failed'; readonly why: string }
  | { readonly kind: 'proxy-refused'; readonly status: string | number; readonly speaksOf: SpeaksOf }

/** As Node reports it: `syscall` tells the local end of a connection from the far one. */
export type SocketFault = { readonly code: string; readonly syscall: string | undefined }

/** `local`: the address that was to be bound, as text. Linux says EADDRNOTAVAIL at `bind` for an address that the machine does not have, and at
 *  `connect` where the source port is in use towards this very destination; EADDRINUSE means that no port is left to bind. */
export function classifyDial({ code, syscall }: SocketFault, local: string): DialFailure {
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'refused' }
    case 'ETIMEDOUT':
      return { kind: 'timed-out' }
    case 'EADDRINUSE':
      return { kind: 'ports-exhausted' }
    case 'EADDRNOTAVAIL':
      return syscall === 'bind' ? { kind: 'wrong-address', why: notHere(local) } : { kind: 'ports-exhausted' }
    case 'EINVAL': // of bind: an address of a family that this machine has switched off
    case 'EAFNOSUPPORT':
      return syscall === 'bind' ? { kind: 'wrong-address', why: notHere(local) } : { kind: 'unreachable', why: code }
    case 'EMFILE':
    case 'ENFILE':
      return { kind: 'descriptors-exhausted' }
    default:
      return { kind: 'unreachable', why: code }
  }
}

const notHere = (local: string): string =>
  `${local} is not an address of this machine; add it to an interface, or take this egress out of gateway.egress`

/** A clause without full stop. */
export function describeFailure(failure: DialFailure): string {
  switch (failure.kind) {
    case 'refused':
      return 'the connection was refused'
    case 'timed-out':
      return 'there was no answer in time'
    case 'unreachable':
      return `there is no way to it (${failure.why})`
    case 'wrong-address':
    case 'proxy-failed':
      return failure.why
    case 'ports-exhausted':
      return 'every source port towards it is in use'
    case 'descriptors-exhausted':
      return 'this process has no descriptor left'
    case 'proxy-refused':
      return `the proxy refused with ${failure.status}`
  }
}

/** Whether the dial ends here. A refusal by the destination does not end it: nothing has been sent, it costs one round trip, and a firewall may
 *  refuse one of our addresses only (L-61). What a proxy in between has decided about the destination does: to ask the next egress would go
 *  round its judgement (P-43). Nor does another address help a process without descriptors. */
export const endsDial = (failure: DialFailure): boolean =>
  failure.kind === 'descriptors-exhausted' || (failure.kind === 'proxy-refused' && failure.speaksOf === 'destination')

export type FailedAttempt = { readonly egress: string; readonly failure: DialFailure }

/** What the destination said weighs more than what is merely known of the way to it. `failed` is not empty. */
export function refusalAfter(
  failed: readonly FailedAttempt[],
  about: { readonly destination: string; readonly afterMs: number; readonly pin: string | undefined },
): Refusal {
  const telling = failed.toSorted((a, b) => weight(a.failure) - weight(b.failure))[0]
  const { destination } = about
  switch (telling?.failure.kind) {
    case 'refused':
      return refusal('CONNECTION_REFUSED', { destination, egress: egressesOf(failed, 'refused') })
    case 'timed-out':
      return refusal('CONNECTION_TIMED_OUT', {
        destination,
        after: about.afterMs,
        egress: egressesOf(failed, 'timed-out'),
      })
    case 'unreachable':
      return refusal('CONNECTION_FAILED', { destination, why: telling.failure.why, egress: telling.egress })
    case 'proxy-refused':
      return refusal(isLoop(telling.failure) ? 'UPSTREAM_LOOP' : 'UPSTREAM_PROXY_REFUSED', {
        destination,
        egress: telling.egress,
        status: telling.failure.status,
      })
    case 'ports-exhausted':
      return refusal('PORTS_EXHAUSTED', { destination, egress: egressesOf(failed, 'ports-exhausted') })
    case 'descriptors-exhausted':
      return refusal('DESCRIPTORS_EXHAUSTED')
    case 'wrong-address':
    case 'proxy-failed':
    case undefined:
      return noEgress(failed, about.pin)
  }
}

const weights: readonly DialFailure['kind'][] = [
  'descriptors-exhausted',
  'refused',
  'proxy-refused',
  'timed-out',
  'unreachable',
  'ports-exhausted',
  'proxy-failed',
  'wrong-address',
]
function weight(failure: DialFailure): number {
  if (endsDial(failure)) return -1
  return isLoop(failure) ? weights.length : weights.indexOf(failure.kind) // what is wrong with the other ways says more
}

/** The status of a proxy to which a request has come back (RFC 5842 section 7.2). */
export const loopDetected = 508
const isLoop = (failure: DialFailure): boolean => failure.kind === 'proxy-refused' && failure.status === loopDetected

const egressesOf = (failed: readonly FailedAttempt[], kind: DialFailure['kind']): string =>
  [...new Set(failed.filter(({ failure }) => failure.kind === kind).map(({ egress }) => egress))].join(', ')

function noEgress(failed: readonly FailedAttempt[], pin: string | undefined): Refusal {
  const whys = new Map(failed.map(({ egress, failure }) => [egress, describeFailure(failure)]))
  if (pin !== undefined) return refusal('PINNED_EGRESS_DOWN', { egress: pin, why: whys.get(pin) })
  return refusal('NO_LIVE_EGRESS', { why: [...whys].map(([egress, why]) => `${egress}: ${why}`).join('; ') })
}
