/** Every write of the keeper by name; the writer thread imports this module. */
import { tryWrite } from '../../storage/writability.ts'
import { removeApp, saveApp } from './apps.ts'
import { appendReceived, markConnected, markSent, prepareAttempt } from './attempts.ts'
import {
  beginAuthorization,
  cancelAuthorization,
  closeAuthorization,
  keepAuthorizationReply,
  releaseAuthorization,
  startAuthorization,
  takeAuthorization,
} from './authorizations.ts'
import { createConnection, removeConnection, replaceToken } from './connections.ts'
import { closeAttempt, commitExchange, judgeAttempt } from './exchange.ts'
import { adoptGrant } from './grants.ts'
import { noteIntrospection } from './introspections.ts'
import { claimDelivery, settleDelivery } from './deliveries.ts'
import { releaseLease, renewLease, takeLease } from './lease.ts'
import { handOver, importConnection, takeBack } from './moving.ts'
import { pruneKeeper } from './prune.ts'
import { rewrapAppKey, rewrapKey } from './rewrap.ts'
import { learnSession, makeDue, putOff, setState } from './state.ts'
import { resumeWebhook, saveWebhook } from './webhooks.ts'

import { nameVault } from './vault-name.ts'
import { makeTicket, revokeTickets } from './tickets.ts'

export type KeeperWrites = {
  // apps and connections
  readonly saveApp: typeof saveApp
  readonly removeApp: typeof removeApp
  readonly createConnection: typeof createConnection
  readonly replaceToken: typeof replaceToken
  readonly removeConnection: typeof removeConnection
  // logins and links
  readonly beginAuthorization: typeof beginAuthorization
  readonly startAuthorization: typeof startAuthorization
  readonly cancelAuthorization: typeof cancelAuthorization
  readonly takeAuthorization: typeof takeAuthorization
  readonly releaseAuthorization: typeof releaseAuthorization
  readonly keepAuthorizationReply: typeof keepAuthorizationReply
  readonly closeAuthorization: typeof closeAuthorization
  readonly adoptGrant: typeof adoptGrant
  readonly makeTicket: typeof makeTicket
  readonly revokeTickets: typeof revokeTickets
  // leases
  readonly takeLease: typeof takeLease
  readonly renewLease: typeof renewLease
  readonly releaseLease: typeof releaseLease
  // the journal, in its order
  readonly prepareAttempt: typeof prepareAttempt
  readonly markConnected: typeof markConnected
  readonly markSent: typeof markSent
  readonly appendReceived: typeof appendReceived
  readonly commitExchange: typeof commitExchange
  readonly judgeAttempt: typeof judgeAttempt
  readonly closeAttempt: typeof closeAttempt
  // judgement
  readonly setState: typeof setState
  readonly makeDue: typeof makeDue
  readonly putOff: typeof putOff
  readonly learnSession: typeof learnSession
  readonly noteIntrospection: typeof noteIntrospection
  // webhooks
  readonly saveWebhook: typeof saveWebhook
  readonly resumeWebhook: typeof resumeWebhook
  readonly claimDelivery: typeof claimDelivery
  readonly settleDelivery: typeof settleDelivery
  // moving
  readonly handOver: typeof handOver
  readonly takeBack: typeof takeBack
  readonly importConnection: typeof importConnection
  // upkeep
  readonly rewrapKey: typeof rewrapKey
  readonly rewrapAppKey: typeof rewrapAppKey
  readonly nameVault: typeof nameVault
  readonly pruneKeeper: typeof pruneKeeper
  readonly tryWrite: typeof tryWrite
}

export const writes: KeeperWrites = {
  saveApp,
  removeApp,
  createConnection,
  replaceToken,
  removeConnection,
  beginAuthorization,
  startAuthorization,
  cancelAuthorization,
  takeAuthorization,
  releaseAuthorization,
  keepAuthorizationReply,
  closeAuthorization,
  adoptGrant,
  makeTicket,
  revokeTickets,
  takeLease,
  renewLease,
  releaseLease,
  prepareAttempt,
  markConnected,
  markSent,
  appendReceived,
  commitExchange,
  judgeAttempt,
  closeAttempt,
  setState,
  makeDue,
  putOff,
  learnSession,
  noteIntrospection,
  saveWebhook,
  resumeWebhook,
  claimDelivery,
  settleDelivery,
  handOver,
  takeBack,
  importConnection,
  rewrapKey,
  rewrapAppKey,
  nameVault,
  pruneKeeper,
  tryWrite,
}
