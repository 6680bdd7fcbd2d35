/** Which egress addresses the allowlist of a destination is known to hold (P-42): told by the configuration or by an admin, never guessed. */

/** P-42: whether a destination's allowlist is known to hold the address of an egress. */
export type Admission = 'confirmed' | 'refused' | 'unknown'

/** The lower, the better. */
export const admissionRank: Readonly<Record<Admission, number>> = { confirmed: 0, unknown: 1, refused: 2 }

export type AdmissionRow = {
  /** The label of the clients that it concerns; undefined: everybody who has no row of their own. */
  readonly label: string | undefined
  /** The allow rule that the destination falls under. */
  readonly group: string
  readonly egress: string
  readonly admission: Admission
}

/** By group, then egress, then label. */
export type Admissions = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string | undefined, Admission>>>

/** Later rows win over earlier ones; `unknown` takes a row away. */
export function indexAdmissions(rows: readonly AdmissionRow[]): Admissions {
  const groups = new Map<string, Map<string, Map<string | undefined, Admission>>>()
  for (const { label, group, egress, admission } of rows) {
    const egresses = groups.get(group) ?? new Map<string, Map<string | undefined, Admission>>()
    const labels = egresses.get(egress) ?? new Map<string | undefined, Admission>()
    if (admission === 'unknown') labels.delete(label)
    else labels.set(label, admission)
    groups.set(group, egresses.set(egress, labels))
  }
  return groups
}

export function admissionOf(admissions: Admissions, of: Omit<AdmissionRow, 'admission'>): Admission {
  if (admissions.size === 0) return 'unknown'
  const labels = admissions.get(of.group)?.get(of.egress)
  return labels?.get(of.label) ?? labels?.get(undefined) ?? 'unknown'
}

/** Every row about one egress, for its view. */
export function admissionRowsOf(admissions: Admissions, egress: string): readonly AdmissionRow[] {
  return [...admissions].flatMap(([group, egresses]) =>
    [...(egresses.get(egress) ?? [])].map(([label, admission]) => ({ label, group, egress, admission })),
  )
}
