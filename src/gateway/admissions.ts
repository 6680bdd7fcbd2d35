/** What is told of allowlists (P-42): by the configuration file, and by the admin API over it. As with the declared set, the word of the admin API
 *  stands, over restarts too, until the file says something else of the same label, destination and egress than it said at that time. */
import type { Storage, WriteResult } from '../storage/storage.ts'
import type { Clock } from '../values/domain.ts'
import { instant, type Instant } from '../values/time.ts'
import type { Pool } from './egress/pool.ts'
import type { Log } from './log.ts'
import { admissionOf, indexAdmissions, type AdmissionRow, type Admissions } from './rules/egress/admission.ts'
import { findAdmissions, type AdmissionKey, type StoredAdmission } from './store/admissions.ts'
import type { GatewayWrites } from './store/writes.ts'

export type AdmissionView = AdmissionRow & {
  readonly by: 'file' | 'admin'
  /** Since when the admin API tells it as it is; undefined of the file. */
  readonly since: Instant | undefined
}

export type ToldAdmissions = {
  readonly list: () => readonly AdmissionView[]
  /** Resolves when it is durable and in force, or tells what became of the write. */
  readonly tell: (row: AdmissionRow) => Promise<WriteResult<void>>
  /** A configuration that was read anew. */
  readonly readFile: (rows: readonly AdmissionRow[]) => Promise<void>
}

export type AdmissionsParts = {
  readonly storage: Pick<Storage<GatewayWrites>, 'read' | 'write'>
  readonly clock: Clock
  readonly log: Log
  readonly pool: Pick<Pool, 'admit' | 'declareAdmissions' | 'views'>
}

/** All that was told is in force when it resolves. */
export async function openAdmissions(parts: AdmissionsParts, rows: readonly AdmissionRow[]): Promise<ToldAdmissions> {
  let file = indexAdmissions(rows)
  const told = new Map<string, StoredAdmission>()
  /** The pool keeps what an admin said until it is said anew: of what was undone it is told the file's word, at each reload. */
  const undoneOnce = new Map<string, StoredAdmission>()
  const readFile = async (again: readonly AdmissionRow[]): Promise<void> => {
    file = indexAdmissions(again)
    const stored = await parts.storage.read(() => findAdmissions())
    const undone = stored.filter((each) => said(file, each) !== each.over)
    if (undone.length > 0) await drop(parts, undone)
    told.clear()
    for (const each of stored) if (!undone.includes(each)) told.set(keyOf(each), each)
    parts.pool.declareAdmissions(again)
    for (const each of undone) undoneOnce.set(keyOf(each), each)
    for (const each of undoneOnce.values()) parts.pool.admit({ ...rowOf(each), admission: ownWord(again, each) })
    for (const each of told.values()) parts.pool.admit(rowOf(each))
  }
  await readFile(rows)
  return {
    readFile,
    list: () => [...inForce(parts.pool.views(), told), ...[...told.values()].filter(isUnknown).map(viewOf)],
    async tell(row) {
      const key = { label: row.label ?? everybody, destination: row.group, egress: row.egress }
      const known = told.get(keyOf(key))
      const since = known?.admission === row.admission ? known.since : parts.clock()
      const stored = { ...key, admission: row.admission, over: said(file, key), since }
      const result = await parts.storage.write('saveAdmission', stored)
      if (result.kind !== 'committed') return result
      told.set(keyOf(key), stored)
      parts.pool.admit(row)
      return result
    },
  }
}

/** In the store, of a row that concerns everybody who has none of his own; no label is empty. */
const everybody = ''

const keyOf = ({ label, destination, egress }: AdmissionKey): string => `${label}\n${destination}\n${egress}`
const labelOf = ({ label }: AdmissionKey): string | undefined => (label === everybody ? undefined : label)
const isUnknown = ({ admission }: StoredAdmission): boolean => admission === 'unknown'

const rowOf = (stored: StoredAdmission): AdmissionRow => ({
  ...{ label: labelOf(stored), group: stored.destination, egress: stored.egress, admission: stored.admission },
})

const viewOf = (stored: StoredAdmission): AdmissionView => ({
  ...rowOf(stored),
  by: 'admin',
  since: instant(stored.since),
})

/** What the file says of it, everybody's row included. */
const said = (file: Admissions, key: AdmissionKey): StoredAdmission['over'] =>
  admissionOf(file, { label: labelOf(key), group: key.destination, egress: key.egress })

/** What the file says of this very label. */
const ownWord = (rows: readonly AdmissionRow[], key: AdmissionKey): AdmissionRow['admission'] =>
  rows.findLast(
    ({ label, group, egress }) => label === labelOf(key) && group === key.destination && egress === key.egress,
  )?.admission ?? 'unknown'

function inForce(
  views: ReturnType<Pool['views']>,
  told: ReadonlyMap<string, StoredAdmission>,
): readonly AdmissionView[] {
  return views.flatMap(({ name: egress, admissions }) =>
    admissions.map(({ label, group, admission }) => {
      const stored = told.get(keyOf({ label: label ?? everybody, destination: group, egress }))
      return stored === undefined
        ? { label, group, egress, admission, by: 'file' as const, since: undefined }
        : viewOf(stored)
    }),
  )
}

async function drop({ storage, log }: AdmissionsParts, undone: readonly StoredAdmission[]): Promise<void> {
  for (const { label, destination, egress } of undone)
    log.warn('admission-undone', {
      label,
      destination,
      egress,
      why: 'the configuration file says something else since',
    })
  const result = await storage.write('dropAdmissions', { keys: undone })
  if (result.kind !== 'committed') throw new Error('the admissions could not be stored')
}
