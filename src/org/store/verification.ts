/** Verification codes of logins from unknown browsers: one a user, few tries, a short life (SF-315). */
import { one, run, type Program } from '../../storage/program.ts'
import { recordHistory, type HistoryEntry } from './history.ts'
import { insertSession, type NewSession } from './sessions.ts'

export type VerificationRow = {
  readonly hash: string
  /** Opens with the org's keyring at `verificationPlace(userId)`; this is how an admin reads the code out to a person. */
  readonly sealedCode: Uint8Array
  readonly issuedAt: number
  readonly attempts: number
}

export function* findVerificationCode(userId: string): Program<VerificationRow | undefined> {
  return yield* one<VerificationRow>(
    `SELECT hash, sealed_code AS "sealedCode", issued_at AS "issuedAt", attempts FROM verification_codes WHERE user_id = ?`,
    userId,
  )
}

/** Which codes still count: issued at or after `since`, tried fewer than `most` times. */
export type CodeLimits = { readonly since: number; readonly most: number }

export type VerificationPlan = {
  readonly userId: string
  readonly hash: string
  readonly sealedCode: Uint8Array
  readonly at: number
  readonly limits: CodeLimits
  /** A code that still counts stays, unless the person asked for another. */
  readonly replaceLive: boolean
  readonly history: HistoryEntry
}

export function* prepareVerification(plan: VerificationPlan): Program<'made' | 'kept'> {
  yield* recordHistory(plan.history)
  const before = yield* findVerificationCode(plan.userId)
  if (!plan.replaceLive && before !== undefined && counts(before, plan.limits)) return 'kept'
  yield* run(
    `INSERT INTO verification_codes (user_id, hash, sealed_code, issued_at, attempts) VALUES (?, ?, ?, ?, 0)
     ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, sealed_code = excluded.sealed_code,
       issued_at = excluded.issued_at, attempts = 0`,
    plan.userId,
    plan.hash,
    plan.sealedCode,
    plan.at,
  )
  return 'made'
}

export type VerifyPlan = {
  readonly userId: string
  /** Of the code that was entered, under the org's keyring. */
  readonly hash: string
  readonly limits: CodeLimits
  readonly session: NewSession
  /** Hash of the cookie by which this browser will be known. */
  readonly device: string
  readonly won: HistoryEntry
  readonly lost: HistoryEntry
}

/** Right: the code is used up, the browser is known and logged in, all at once. Wrong: one try less. */
export function* verifyLogin(plan: VerifyPlan): Program<'right' | 'wrong'> {
  const code = yield* findVerificationCode(plan.userId)
  if (code === undefined || !counts(code, plan.limits) || code.hash !== plan.hash) {
    yield* run('UPDATE verification_codes SET attempts = attempts + 1 WHERE user_id = ?', plan.userId)
    yield* recordHistory(plan.lost)
    return 'wrong'
  }
  yield* run('DELETE FROM verification_codes WHERE user_id = ?', plan.userId)
  yield* run(
    'INSERT INTO devices (hash, user_id, activated_at, last_seen_at) VALUES (?, ?, ?, ?)',
    plan.device,
    plan.userId,
    plan.session.at,
    plan.session.at,
  )
  yield* insertSession(plan.session)
  yield* recordHistory(plan.won)
  return 'right'
}

function counts({ issuedAt, attempts }: VerificationRow, { since, most }: CodeLimits): boolean {
  return issuedAt >= since && attempts < most
}
