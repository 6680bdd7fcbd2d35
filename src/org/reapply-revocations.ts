/** What was revoked after a backup was taken is revoked again when that backup is the store, before anyone is answered (P-08). */
import { isGrantEnd } from './flows/token/grant-facts.ts'
import type { OrgParts, Revocation } from './parts.ts'
import { findLiveAmong } from './store/reapply.ts'

type Parts = Pick<OrgParts, 'storage' | 'revocationLog' | 'clock' | 'recordIds' | 'log'>

/** A revocation is in the store before it is in the log, so a family that the log knows as revoked and the store as alive is that of an older
 *  store. Throws where the store does not take it: an org that cannot end them must not listen. */
export async function reapplyRevocations({ storage, revocationLog, clock, recordIds, log }: Parts): Promise<void> {
  const logged = new Map((await revocationLog.readAll()).map((each) => [each.grant, each]))
  if (logged.size === 0) return
  const live = await storage.read(() => findLiveAmong([...logged.keys()]))
  if (live.length === 0) return
  const at = clock()
  const detail = `The store was restored from an old copy: ${live.length} grants that were revoked since had come back in it, and were ended again.`
  const result = await storage.write('reapplyRevocations', {
    ends: live.flatMap((grant) => endsOf(logged.get(grant))),
    alert: { id: recordIds(at), at, kind: 'store-went-back', app: null, grantId: null, address: null, detail },
  })
  if (result.kind !== 'committed') throw new Error(`revocations could not be applied again: ${result.kind}`)
  log.warn('store-went-back', {
    grants: live.length,
    next: 'Decide about the other grants of the old store: POST /admin/v1/store/epoch.',
  })
}

/** A reason of another version of this program is told as the general one. */
function endsOf(logged: Revocation | undefined): readonly Revocation[] {
  return logged === undefined ? [] : [{ ...logged, reason: isGrantEnd(logged.reason) ? logged.reason : 'revoked' }]
}
