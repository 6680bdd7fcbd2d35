/** The commonest mistake with a pair of addresses: only one of them is in the destination's allowlist (SF-271, L-61). */
import type { Admission } from './admission.ts'

/** What is told of one egress; a `label` that is undefined concerns everybody. */
export type EgressAdmissions = {
  readonly name: string
  readonly admissions: readonly {
    readonly label?: string | undefined
    readonly group: string
    readonly admission: Admission
  }[]
}

export type HalfRegistered = {
  readonly label: string | undefined
  readonly group: string
  /** Its address is not known to be in the allowlist of which another egress' address is. */
  readonly egress: string
  readonly is: 'refused' | 'unknown'
}

/** Every egress that is missing where another one is confirmed. A label falls back to what is told of everybody (P-42). */
export function findHalfRegistered(egresses: readonly EgressAdmissions[]): readonly HalfRegistered[] {
  const told = egresses.flatMap(({ name, admissions }) => admissions.map((each) => ({ ...each, egress: name })))
  const places = new Map(told.map(({ label, group }) => [`${group}\n${label ?? ''}`, { label, group }]))
  return [...places.values()].flatMap(({ label, group }) => {
    const of = (egress: string): Admission => {
      const row = (wanted: string | undefined) =>
        told.find((each) => each.egress === egress && each.group === group && each.label === wanted)
      return (row(label) ?? row(undefined))?.admission ?? 'unknown'
    }
    if (!egresses.some(({ name }) => of(name) === 'confirmed')) return []
    return egresses.flatMap(({ name }) => {
      const is = of(name)
      return is === 'confirmed' ? [] : [{ label, group, egress: name, is }]
    })
  })
}
