/** Every write of the org by name; the writer thread imports this module. */
import { tryWrite } from '../../storage/writability.ts'
import { revokeAccessToken, slideAccessToken } from './access-tokens.ts'
import { recordAlert } from './alerts.ts'
import { recordAudit } from './audit.ts'
import { exchange, issueCode, revokeCodeIssue } from './exchange.ts'
import { enterRotationMode, setClockOffset, startEpoch } from './facts.ts'
import { recordHistory } from './history.ts'
import { recordUse } from './monitoring.ts'
import { reapplyRevocations } from './reapply.ts'
import { redeem } from './redeem.ts'
import { refuse, revokeFamily } from './refuse.ts'
import { reset } from './reset.ts'
import { revokeGrants } from './revoke.ts'
import { save } from './save.ts'
import { revokeByToken } from './revoke-family.ts'
import { endSession, extendSession, startSession } from './sessions.ts'
import { addFirstSigningKey } from './signing-keys.ts'
import { upkeep } from './upkeep.ts'
import { prepareVerification, verifyLogin } from './verification.ts'
import { forgetVerificationCode, keepFirstPasswordHash } from './users.ts'

export type OrgWrites = {
  // tokens
  readonly redeem: typeof redeem
  readonly refuse: typeof refuse
  readonly revokeFamily: typeof revokeFamily
  readonly issueCode: typeof issueCode
  readonly exchange: typeof exchange
  readonly revokeCodeIssue: typeof revokeCodeIssue
  readonly revokeByToken: typeof revokeByToken
  readonly revokeAccessToken: typeof revokeAccessToken
  readonly slideAccessToken: typeof slideAccessToken
  // browser
  readonly startSession: typeof startSession
  readonly extendSession: typeof extendSession
  readonly endSession: typeof endSession
  readonly prepareVerification: typeof prepareVerification
  readonly verifyLogin: typeof verifyLogin
  // records
  readonly recordHistory: typeof recordHistory
  readonly recordUse: typeof recordUse
  readonly alert: typeof recordAlert
  // keys
  readonly addFirstSigningKey: typeof addFirstSigningKey
  // upkeep
  readonly tryWrite: typeof tryWrite
  readonly upkeep: typeof upkeep
  readonly enterRotationMode: typeof enterRotationMode
  // configuration and its admins
  readonly save: typeof save
  readonly keepFirstPasswordHash: typeof keepFirstPasswordHash
  readonly forgetVerificationCode: typeof forgetVerificationCode
  readonly revokeGrants: typeof revokeGrants
  readonly startEpoch: typeof startEpoch
  readonly reapplyRevocations: typeof reapplyRevocations
  readonly setClockOffset: typeof setClockOffset
  readonly reset: typeof reset
  readonly recordAudit: typeof recordAudit
}

export const writes: OrgWrites = {
  redeem,
  refuse,
  revokeFamily,
  issueCode,
  exchange,
  revokeCodeIssue,
  revokeByToken,
  revokeAccessToken,
  slideAccessToken,
  startSession,
  extendSession,
  endSession,
  prepareVerification,
  verifyLogin,
  recordHistory,
  recordUse,
  alert: recordAlert,
  addFirstSigningKey,
  tryWrite,
  upkeep,
  enterRotationMode,
  save,
  keepFirstPasswordHash,
  forgetVerificationCode,
  revokeGrants,
  startEpoch,
  reapplyRevocations,
  setClockOffset,
  reset,
  recordAudit,
}
