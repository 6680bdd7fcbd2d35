/** How many approvals of one app a user has, as far as this vault knows: one for each connection that lives (SF-209, SF-314). */
import type { ConnectionKey } from '../connection-key.ts'
import { one, type Program } from '../../storage/program.ts'

export type Approvals = {
  /** This connection's own included. 1 where nobody knows the user. */
  readonly count: number
  /** Another connection of the same user and app was authorized after this one. */
  readonly approvedSince: boolean
}

/** A user of an org has five for an app; what was approved elsewhere is not counted here. */
export function* countApprovals({ tenant, id }: ConnectionKey): Program<Approvals> {
  const row = yield* one<{ count: number; since: number }>(
    `SELECT count(*) AS count, sum(CASE WHEN coalesce(o.authorized_at, o.created_at) > coalesce(c.authorized_at, c.created_at) THEN 1 ELSE 0 END) AS since
     FROM connections c JOIN connections o
       ON o.tenant = c.tenant AND o.app = c.app AND o.org_id = c.org_id AND o.user_id = c.user_id
     WHERE c.tenant = ? AND c.id = ? AND (o.id = c.id OR o.state <> 'reauthorization-required')`,
    tenant,
    id,
  )
  const count = row?.count ?? 0
  return count === 0 ? { count: 1, approvedSince: false } : { count, approvedSince: (row?.since ?? 0) > 0 }
}
