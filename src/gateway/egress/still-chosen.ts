/** Whether a connection that is open would leave by the same egress if it were dialled now. */
import { familyOf } from '../../ip/address.ts'
import { admissionOf, admissionRank, type Admissions } from '../rules/egress/admission.ts'
import type { Client, Dialled } from '../tunnel.ts'
import type { Egress } from './egress.ts'

export type StillChosen = (dialled: Dialled, ask: ReuseAsk) => boolean
export type ReuseAsk = {
  readonly client: Pick<Client, 'label'>
  /** Admission is kept for it (P-42). */
  readonly group: string
  readonly pin: string | undefined
}

/** Its egress gets tunnels still, and no other that does is known to be admitted better (P-42). Latency and turns are no reason to dial anew. */
export function openStillChosen(parts: {
  readonly egresses: () => readonly Egress[]
  readonly find: (name: string) => Egress | undefined
  readonly admissions: () => Admissions
}): StillChosen {
  return (dialled, { client, group, pin }) => {
    const own = parts.find(dialled.egress)
    if (
      own === undefined ||
      own.declaration !== dialled.declaration ||
      !own.usable(pin === undefined ? undefined : 'pinned')
    )
      return false
    if (pin !== undefined) return pin === dialled.egress
    const admissions = parts.admissions()
    if (admissions.size === 0) return true
    const rank = ({ declaration: { name } }: Egress): number =>
      admissionRank[admissionOf(admissions, { label: client.label, group, egress: name })]
    const ownRank = rank(own)
    return parts.egresses().every((each) => rank(each) >= ownRank || !each.usable() || !dials(each, dialled))
  }
}

/** An egress reaches addresses of its own family only (L-84). */
const dials = ({ local }: Egress, { remote }: Dialled): boolean =>
  local === undefined || remote === undefined || familyOf(local) === familyOf(remote)
