/** Every write of the org by name; the writer thread imports this module. */
import { recordAlert } from './alerts.ts'
import { exchange, issueCode, revokeCodeIssue } from './exchange.ts'
import { recordHistory } from './history.ts'
import { recordUse } from './monitoring.ts'
import { redeem } from './redeem.ts'
import { refuse, revokeFamily } from './refuse.ts'
import { endSession, extendSession, pruneBrowser, startSession } from './sessions.ts'
import { addFirstSigningKey } from './signing-keys.ts'
import { eraseSuccessors, upkeep } from './upkeep.ts'
import { prepareVerification, verifyLogin } from './verification.ts'

export type OrgWrites = {
  // tokens
  readonly redeem: typeof redeem
  readonly refuse: typeof refuse
  readonly revokeFamily: typeof revokeFamily
  readonly issueCode: typeof issueCode
  readonly exchange: typeof exchange
  readonly revokeCodeIssue: typeof revokeCodeIssue
  // browser
  readonly startSession: typeof startSession
  readonly extendSession: typeof extendSession
  readonly endSession: typeof endSession
  readonly pruneBrowser: typeof pruneBrowser
  readonly prepareVerification: typeof prepareVerification
  readonly verifyLogin: typeof verifyLogin
  // records
  readonly recordHistory: typeof recordHistory
  readonly recordUse: typeof recordUse
  readonly alert: typeof recordAlert
  // keys
  readonly addFirstSigningKey: typeof addFirstSigningKey
  // upkeep
  readonly upkeep: typeof upkeep
  readonly eraseSuccessors: typeof eraseSuccessors
}

export const writes: OrgWrites = {
  redeem,
  refuse,
  revokeFamily,
  issueCode,
  exchange,
  revokeCodeIssue,
  startSession,
  extendSession,
  endSession,
  pruneBrowser,
  prepareVerification,
  verifyLogin,
  recordHistory,
  recordUse,
  alert: recordAlert,
  addFirstSigningKey,
  upkeep,
  eraseSuccessors,
}
