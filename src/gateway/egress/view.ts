/** What is shown of an egress. */
import { formatAddress } from '../../ip/address.ts'
import { admissionRowsOf, type Admissions } from '../rules/admission.ts'
import type { Egress } from './egress.ts'
import type { EgressView } from './pool.ts'

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
