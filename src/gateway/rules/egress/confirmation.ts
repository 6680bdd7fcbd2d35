/** Whether the address that the far side sees of an egress is the one that it declares (P-41): a fold over the answers of an echo. */
import { formatAddress, type Address } from '../../../ip/address.ts'
import { between, type Duration, type Instant } from '../../../values/time.ts'

export type Confirmation =
  /** `confirm: off`, or a `via` egress, which nobody here can see. */
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'unconfirmed'; readonly since: Instant; readonly why: string; readonly asked: boolean }
  | { readonly kind: 'contradicted'; readonly since: Instant; readonly why: string }
  | { readonly kind: 'confirmed'; readonly at: Instant }

export type EchoAnswer =
  | { readonly kind: 'saw'; readonly address: Address }
  /** A clause: `there was no answer in time`. */
  | { readonly kind: 'none'; readonly how: string }

/** A confirmation outlives so many unanswered questions: an echo outside that is off for minutes does not take the egresses down. */
const standsFor = 10

export const newConfirmation = (asked: boolean, at: Instant): Confirmation =>
  asked ? { kind: 'unconfirmed', since: at, why: 'No echo has been asked yet.', asked: false } : { kind: 'not-asked' }

/** Contradicted by one answer, confirmed by one. */
export function stepConfirmation(
  confirmation: Confirmation,
  answer: EchoAnswer,
  { at, expected, every, echo }: EchoQuestion,
): Confirmation {
  if (confirmation.kind === 'not-asked') return confirmation
  if (answer.kind === 'saw') {
    if (answer.address === expected) return { kind: 'confirmed', at }
    const since = confirmation.kind === 'contradicted' ? confirmation.since : at
    return { kind: 'contradicted', since, why: contradiction(answer.address, expected, echo) }
  }
  if (confirmation.kind === 'contradicted') return confirmation
  if (confirmation.kind === 'confirmed' && between(confirmation.at, at) < standsFor * every) return confirmation
  const since = confirmation.kind === 'unconfirmed' ? confirmation.since : at
  const why = `The echo could not confirm ${formatAddress(expected)}: ${answer.how}; see gateway.echo, or say confirm: off for this egress.`
  return { kind: 'unconfirmed', since, why, asked: true }
}

export type EchoQuestion = {
  readonly at: Instant
  readonly expected: Address
  readonly every: Duration
  /** `own` is on this machine and sees no translation of addresses behind it. */
  readonly echo: 'own' | 'outside'
}

function contradiction(saw: Address, expected: Address, echo: 'own' | 'outside'): string {
  const seen = `The echo saw ${formatAddress(saw)}, not the declared ${formatAddress(expected)}`
  return echo === 'own'
    ? `${seen}; behind a translation of addresses only an echo outside can confirm it: set gateway.echo.url, or say confirm: off.`
    : `${seen}; declare the one that was seen, or mend the route.`
}
