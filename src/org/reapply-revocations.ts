/** What was revoked after a backup was taken is revoked again when that backup is the store, before anyone is answered (P-08). */
import { instant, isoText } from '../values/time.ts'
import { isGrantEnd } from './flows/token/grant-facts.ts'
import type { OrgParts, Revocation } from './parts.ts'
import { findLiveAmong, type ReapplyPlan } from './store/reapply.ts'
import { findSeenAt } from './store/seen.ts'
import { findWhetherGrantsExist } from './store/upkeep.ts'

type Parts = Pick<OrgParts, 'storage' | 'revocationLog' | 'clock' | 'recordIds' | 'log'>

/** A revocation is in the store before it is in the log, so a family that the log knows as revoked and the store as alive is that of an older
 *  store. Throws where the log does not reach back to the store, or the store does not take it: an org that cannot end them must not listen. */
export async function reapplyRevocations(parts: Parts): Promise<void> {
  const { storage, revocationLog, clock, recordIds, log } = parts
  const { revocations, since } = await revocationLog.readAll()
  if (since > 0) await refuseOlderStore(parts, since)
  const logged = new Map(revocations.map((each) => [each.grant, each]))
  const live = await storage.read(() => findLiveAmong([...logged.keys()]))
  const at = clock()
  if (live.length === 0) {
    if (since > 0) await write(parts, { ends: [], alert: undefined, seenAt: at })
    return
  }
  const detail = `The store was restored from an old copy: ${live.length === 1 ? 'a grant that was' : `${live.length} grants that were`} revoked since had come back in it, and ${live.length === 1 ? 'was' : 'were'} ended again.`
  await write(parts, {
    ends: live.flatMap((grant) => endsOf(logged.get(grant))),
    alert: { id: recordIds(at), at, kind: 'store-went-back', app: null, grantId: null, address: null, detail },
    seenAt: at,
  })
  log.warn('store-went-back', {
    grants: live.length,
    next: 'Decide about the other grants of the old store: POST /admin/v1/store/epoch.',
  })
}

/** A store that is in use tells its age every day and the log forgets what is much older, so only a restored one can be older than the log's first
 *  line. In a store without grants nothing can come back. */
async function refuseOlderStore({ storage }: Parts, since: number): Promise<void> {
  const seenAt = await storage.read(() => findSeenAt())
  if (seenAt >= since || !(await storage.read(() => findWhetherGrantsExist()))) return
  const used = seenAt === 0 ? 'does not say when it was last in use' : `was last in use about ${dateOf(seenAt)}`
  throw new Error(
    `the store ${used}, and org-revocations.log knows revocations since ${dateOf(since)} only: grants that were revoked in between would be alive again. ` +
      `Restore a backup of after ${dateOf(since)}, or start with a new org.db, for which everybody authorizes again.`,
  )
}

const dateOf = (at: number): string => isoText(instant(at)).slice(0, 10)

async function write({ storage }: Parts, plan: ReapplyPlan): Promise<void> {
  const result = await storage.write('reapplyRevocations', plan)
  if (result.kind !== 'committed') throw new Error(`revocations could not be applied again: ${result.kind}`)
}

/** A reason of another version of this program is told as the general one. */
function endsOf(logged: Revocation | undefined): readonly Revocation[] {
  return logged === undefined ? [] : [{ ...logged, reason: isGrantEnd(logged.reason) ? logged.reason : 'revoked' }]
}
