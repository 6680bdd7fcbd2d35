/** What the admin API has told of the allowlists of destinations (P-42). */
import { all, run, type Program } from '../../storage/program.ts'
import type { Admission } from '../rules/egress/admission.ts'

export type AdmissionKey = { readonly label: string; readonly destination: string; readonly egress: string }
export type StoredAdmission = AdmissionKey & {
  readonly admission: Admission
  /** What the configuration file said of it at that time. */
  readonly over: Admission
  /** Since when it is told as it is. */
  readonly since: number
}

export function* findAdmissions(): Program<readonly StoredAdmission[]> {
  return yield* all<StoredAdmission>(
    'SELECT label, destination, egress, admission, over, since FROM admissions ORDER BY label, destination, egress',
  )
}

export function* saveAdmission({ label, destination, egress, admission, over, since }: StoredAdmission): Program<void> {
  yield* run(
    `INSERT INTO admissions (label, destination, egress, admission, over, since) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (label, destination, egress) DO UPDATE SET
       since = CASE WHEN admissions.admission = excluded.admission THEN admissions.since ELSE excluded.since END,
       admission = excluded.admission, over = excluded.over`,
    ...[label, destination, egress, admission, over, since],
  )
}

export function* dropAdmissions({ keys }: { readonly keys: readonly AdmissionKey[] }): Program<void> {
  for (const { label, destination, egress } of keys)
    yield* run('DELETE FROM admissions WHERE label = ? AND destination = ? AND egress = ?', label, destination, egress)
}
