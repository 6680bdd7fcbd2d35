/** What is known of allowlists (P-42): what the configuration says, and over it what an admin has said. */
import { indexAdmissions, type AdmissionRow, type Admissions } from '../rules/egress/admission.ts'

export type AdmissionsKept = {
  readonly index: () => Admissions
  readonly configure: (rows: readonly AdmissionRow[]) => void
  readonly tell: (row: AdmissionRow) => void
}

export function openAdmissions(): AdmissionsKept {
  let configured: readonly AdmissionRow[] = []
  let told: readonly AdmissionRow[] = []
  let index = indexAdmissions([])
  return {
    index: () => index,
    configure(rows) {
      configured = rows
      index = indexAdmissions([...configured, ...told])
    },
    tell(row) {
      told = [...told.filter((each) => !isOfSame(each, row)), row]
      index = indexAdmissions([...configured, ...told])
    },
  }
}

const isOfSame = (a: AdmissionRow, b: AdmissionRow): boolean =>
  a.label === b.label && a.group === b.group && a.egress === b.egress
