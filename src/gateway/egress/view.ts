/** What is shown of an egress. */
import { formatAddress } from '../../ip/address.ts'
import type { Instant } from '../../values/time.ts'
import { admissionRowsOf, type AdmissionRow, type Admissions } from '../rules/egress/admission.ts'
import type { EgressMode } from '../rules/egress/declared-set.ts'
import type { Egress, EgressState } from './egress.ts'

export type EgressView = {
  readonly name: string
  readonly kind: 'address' | 'via'
  /** The local address, or the URL of the proxy without its credentials. */
  readonly through: string
  /** What the far side sees: seen by an echo, or declared (P-41). */
  readonly public: string | undefined
  readonly publicIs: 'observed' | 'declared' | 'unconfirmed'
  /** What it is to do, whatever state it is in. */
  readonly mode: EgressMode
  readonly state: EgressState
  readonly since: Instant
  /** One sentence; why it is in this state. */
  readonly why: string
  /** Of dials and probes, smoothed; undefined until the first. */
  readonly latencyMs: number | undefined
  readonly tunnels: number
  /** Source ports in use towards the destination that has most, and how many there are (L-79); undefined for a `via`. */
  readonly ports: { readonly used: number; readonly of: number } | undefined
  /** Since the start of the process. */
  readonly probes: { readonly succeeded: number; readonly failed: number }
  /** Label undefined: of every client that has no row of its own. */
  readonly admissions: readonly Omit<AdmissionRow, 'egress'>[]
}

export function viewOf(
  egress: Egress,
  { tunnels, admissions }: { readonly tunnels: number; readonly admissions: Admissions },
): EgressView {
  const { name } = egress.declaration
  const address = egress.publicAddress()
  return {
    name,
    kind: egress.declaration.through.kind,
    through: egress.through,
    public: address === undefined ? undefined : formatAddress(address),
    publicIs: publicIs(egress),
    mode: egress.mode(),
    ...egress.standing(),
    latencyMs: egress.health().latencyMs,
    tunnels,
    ports: egress.ports?.most(),
    probes: egress.probes(),
    admissions: admissionRowsOf(admissions, name).map(({ label, group, admission }) => ({ label, group, admission })),
  }
}

function publicIs(egress: Egress): EgressView['publicIs'] {
  switch (egress.confirmation().kind) {
    case 'confirmed':
      return 'observed'
    case 'not-asked':
      return 'declared'
    case 'unconfirmed':
    case 'contradicted':
      return 'unconfirmed'
  }
}
