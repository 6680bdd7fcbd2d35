/** Authorization codes: issued once by a consent, exchanged once for a grant. */
import { all, one, run, type Program } from '../../storage/program.ts'
import { recordAlert } from './alerts.ts'
import { recordHistory, type HistoryEntry } from './history.ts'
import { endGrant } from './refuse.ts'

/** A code with its user. `hash` is SHA-256 of the code, hexadecimal. */
export type CodeRow = {
  readonly hash: string
  readonly app: string
  readonly userId: string
  readonly username: string
  readonly userIsActive: number
  readonly redirectUri: string
  readonly scopes: string
  readonly challenge: string | null
  readonly challengeMethod: string | null
  readonly nonce: string | null
  readonly issuedAt: number
  readonly authenticatedAt: number
  readonly usedAt: number | null
  readonly grantId: string | null
}

export function* findCode(hash: string): Program<CodeRow | undefined> {
  return yield* one<CodeRow>(
    `SELECT c.hash, c.app, c.user_id AS "userId", u.username, u.is_active AS "userIsActive", c.redirect_uri AS "redirectUri", c.scopes,
       c.challenge, c.challenge_method AS "challengeMethod", c.nonce, c.issued_at AS "issuedAt",
       c.authenticated_at AS "authenticatedAt", c.used_at AS "usedAt", c.grant_id AS "grantId"
     FROM codes c JOIN users u ON u.id = c.user_id WHERE c.hash = ?`,
    hash,
  )
}

export type NewCode = Omit<CodeRow, 'username' | 'userIsActive' | 'usedAt' | 'grantId'>

export function* issueCode({ code, history }: { code: NewCode; history: HistoryEntry }): Program<void> {
  yield* run(
    `INSERT INTO codes (hash, app, user_id, redirect_uri, scopes, challenge, challenge_method, nonce, issued_at, authenticated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    code.hash,
    code.app,
    code.userId,
    code.redirectUri,
    code.scopes,
    code.challenge,
    code.challengeMethod,
    code.nonce,
    code.issuedAt,
    code.authenticatedAt,
  )
  yield* recordHistory(history)
}

export type NewGrant = {
  readonly id: string
  readonly app: string
  readonly userId: string
  readonly flow: string
  readonly scopes: string
  readonly tokenHash: string | null
  readonly keyId: number
  readonly epoch: number
  readonly at: number
  readonly address: string
}

export type ExchangePlan = {
  readonly codeHash: string
  readonly settingsVersion: number
  readonly grant: NewGrant
  /** How many live approvals of this user for this app remain, the new one included (SF-209). */
  readonly approvalsKept: number
  /** Why those beyond are ended. */
  readonly droppedBecause: 'approval-dropped' | 'reauthorized'
  readonly won: HistoryEntry
  /** What the record says instead where another exchange came first. */
  readonly lost: Pick<HistoryEntry, 'status' | 'decision' | 'trace'>
}
export type ExchangeOutcome =
  | { readonly kind: 'won'; readonly dropped: readonly string[] }
  /** Another exchange of the code came first, since this one's decision: not judged a reuse by this request (P-01). */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'settings-changed' }

export function* exchange(plan: ExchangePlan): Program<ExchangeOutcome> {
  const changed = yield* run(
    `UPDATE codes SET used_at = ?, grant_id = ? WHERE hash = ? AND used_at IS NULL
       AND EXISTS (SELECT 1 FROM apps WHERE name = ? AND version = ?)`,
    plan.grant.at,
    plan.grant.id,
    plan.codeHash,
    plan.grant.app,
    plan.settingsVersion,
  )
  if (changed === 1) return yield* establish(plan)
  const code = yield* findCode(plan.codeHash)
  if (code?.usedAt === null) return { kind: 'settings-changed' }
  yield* recordHistory({ ...plan.won, grantId: null, ...plan.lost })
  return { kind: 'overtaken' }
}

function* establish(plan: ExchangePlan): Program<ExchangeOutcome> {
  const dropped = plan.grant.tokenHash === null ? [] : yield* dropOldest(plan)
  yield* insertGrant(plan.grant, plan.won.id)
  yield* recordHistory(plan.won)
  return { kind: 'won', dropped }
}

/** Ends the oldest approvals until, with the new one, `approvalsKept` remain; each end is told in history and as an alert (L-26). */
function* dropOldest({ grant, approvalsKept, droppedBecause, won }: ExchangePlan): Program<readonly string[]> {
  const live = yield* all<{ id: string }>(
    `SELECT id FROM grants WHERE user_id = ? AND app = ? AND ended IS NULL AND token_hash IS NOT NULL
     ORDER BY authorization_record DESC, authorized_at DESC, id DESC`,
    grant.userId,
    grant.app,
  )
  const dropped = live.slice(Math.max(0, approvalsKept - 1)).map(({ id }) => id)
  for (const [nth, id] of dropped.entries()) {
    yield* endGrant({ grant: id, reason: droppedBecause, at: grant.at })
    if (nth >= 7) continue // ids of records that belong to one decision; five approvals never need so many
    const recordId = won.id + 1 + nth
    yield* recordHistory({ ...won, id: recordId, grantId: id, decision: 'approval_dropped', trace: null })
    yield* recordAlert({
      id: recordId,
      at: grant.at,
      kind: 'approval-dropped',
      app: grant.app,
      grantId: id,
      address: grant.address,
      detail: `A new authorization of ${grant.app} ended this older one of the same user (${droppedBecause}).`,
    })
  }
  return dropped
}

export function* insertGrant(grant: NewGrant, authorizationRecord: number): Program<void> {
  yield* run(
    `INSERT INTO grants (id, app, user_id, flow, scopes, generation, sequence, token_hash, oldest_key, epoch, authorized_at, last_used_at,
       not_before, uses, addresses, authorization_record)
     VALUES (?, ?, ?, ?, ?, 0, 1, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
    grant.id,
    grant.app,
    grant.userId,
    grant.flow,
    grant.scopes,
    grant.tokenHash,
    grant.keyId,
    grant.epoch,
    grant.at,
    grant.at,
    grant.at,
    grant.address,
    authorizationRecord,
  )
}

/** A code that comes back after it was used: what it had issued is revoked (SF-85). */
export function* revokeCodeIssue(plan: { grant: string | null; at: number; history: HistoryEntry }): Program<void> {
  if (plan.grant !== null) yield* endGrant({ grant: plan.grant, reason: 'code-reused', at: plan.at })
  yield* recordHistory(plan.history)
}
