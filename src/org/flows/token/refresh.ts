/** The refresh token flow: decide on a snapshot, then one transaction that holds only if the snapshot still does (P-01, P-02). */
import type { Caller, OrgParts } from '../../parts.ts'
import type { Request } from '../../rules/app.ts'
import { decide, termsOf, type Refusal } from '../../rules/decide.ts'
import type { Terms } from '../../rules/policy.ts'
import { judgeToken, judgeWithoutGrant, type Judgement } from '../../rules/judge-token.ts'
import { narrowScopes } from '../../rules/scopes.ts'
import { findGrant, type GrantRow } from '../../store/grants.ts'
import { packRedemption, type RedeemPlan } from '../../store/redeem.ts'
import { sameText } from '../../tokens/mac.ts'
import { readRefreshToken, type ReadRefreshToken } from '../../tokens/refresh-token.ts'
import type { Client } from './client.ts'
import { grantFacts, tokenRow } from './grant-facts.ts'
import { decideCaller } from './decide-caller.ts'
import { issuedFields } from './issued.ts'
import { refused, unavailable, type TokenFields, type TokenOutcome } from './outcome.ts'
import { planRedemption, type Redemption } from './plan-redemption.ts'
import { subjectOf, type Subject } from './records.ts'
import { refuseAndRecord, revokeReplayedFamily, whyNotStored } from './refusals.ts'
import type { RefreshRequest } from './token-request.ts'

export type RefreshCall = {
  readonly request: RefreshRequest
  readonly client: Client
  readonly caller: Caller
  /** On the monotonic clock: after it, nothing begins (P-03). */
  readonly deadline: number
}
/** What one request knows of its token over all the snapshots that it takes. */
type Pursuit = RefreshCall & {
  readonly token: ReadRefreshToken
  /** It was good in an earlier snapshot, so this request never judges it a replay (P-01). */
  readonly wasGood: boolean
}
type RefreshQuestion = Extract<Request, { step: 'refresh' }>
type Found = Pursuit & {
  readonly row: GrantRow
  readonly subject: Subject
  readonly asked: RefreshQuestion
  readonly terms: Terms
}

export function refresh(parts: OrgParts, call: RefreshCall): Promise<TokenOutcome> {
  const token = readRefreshToken(call.request.refreshToken, parts.keyring, (grant, hash) => {
    const current = parts.knownGrants.get(grant)?.tokenHash
    return typeof current === 'string' && sameText(current, hash)
  })
  if (token !== undefined) return pursue(parts, { ...call, token, wasGood: false })
  const { address } = subjectOf(parts, { app: call.client.entry.app, flow: call.request.flow, caller: call.caller })
  parts.monitor.junk('token', address) // never looked up, never written singly (P-11)
  return Promise.resolve(refused({ code: 'TOKEN_NOT_OURS', saw: {} }))
}

/** From the remembered row where it makes the token the current one, and the transaction will say whether it still is; from the store otherwise. */
function pursue(parts: OrgParts, pursuit: Pursuit): Promise<TokenOutcome> {
  const { client, token, wasGood } = pursuit
  const known = wasGood ? undefined : parts.knownGrants.get(token.grant)
  if (known === undefined || known.app !== client.entry.app.name) return pursueInStore(parts, pursuit)
  const found = foundOf(parts, pursuit, known)
  return judge(parts, found).kind === 'current' ? redeem(parts, 'current', found) : pursueInStore(parts, pursuit)
}

function foundOf(parts: OrgParts, pursuit: Pursuit, row: GrantRow): Found {
  const { client, request, caller } = pursuit
  const { app } = client.entry
  const { flow } = request
  const subject = { ...subjectOf(parts, { app, flow, caller }), userId: row.userId, grantId: row.id }
  const asked: RefreshQuestion = {
    ...{ step: 'refresh', flow, now: subject.at, from: caller.from, app },
    grant: grantFacts(row),
  }
  return { ...pursuit, row, subject, asked, terms: termsOf(asked, client.entry.policies) }
}

async function pursueInStore(parts: OrgParts, pursuit: Pursuit): Promise<TokenOutcome> {
  const { client, token, caller, request } = pursuit
  const { app } = client.entry
  const row = await parts.storage.read(() => findGrant(token.grant))
  const anonymous = subjectOf(parts, { app, flow: request.flow, caller })
  const refuse = (refusal: Refusal, subject: Subject): Promise<TokenOutcome> =>
    refuseAndRecord(parts, subject, { refusal })
  if (row === undefined) return await refuse(withoutGrant(token, anonymous), anonymous)
  // the client is checked before replay is judged: nobody kills a family of another app (P-09)
  if (row.app !== app.name) return await refuse({ code: 'TOKEN_OF_ANOTHER_APP', saw: { app: app.name } }, anonymous)
  const found = foundOf(parts, pursuit, row)
  if (row.ended !== null) return await refuse({ code: 'TOKEN_REVOKED', saw: { reason: row.ended } }, found.subject)
  parts.knownGrants.keep(row)
  return await actOn(parts, judge(parts, found), found)
}

const underCompromisedKey: Refusal = { code: 'TOKEN_REVOKED', saw: { reason: 'its key is marked compromised' } }

function withoutGrant({ issuedOn, generation, keyState }: ReadRefreshToken, { at }: Subject): Refusal {
  if (keyState === 'compromised') return underCompromisedKey // it proves nothing about the store either
  switch (judgeWithoutGrant(issuedOn, at).kind) {
    case 'forgotten':
      return { code: 'TOKEN_REVOKED', saw: { reason: 'so long ago that its record is gone' } }
    case 'store-went-back':
      return { code: 'STORE_WENT_BACK', saw: { generation, stored: null } }
  }
}

function judge(parts: OrgParts, { row, token, subject, terms }: Found): Judgement {
  const { rotationMode, overlapSeconds } = parts.configuration
  return judgeToken(
    {
      generation: token.generation,
      hashIsCurrent: row.tokenHash !== null && sameText(row.tokenHash, token.hash),
      tagProves: token.keyState !== 'compromised',
    },
    tokenRow(row),
    {
      mode: rotationMode,
      overlapMs: overlapSeconds * 1000,
      now: subject.at,
      rotates: terms.rotate,
      epoch: parts.epoch(),
    },
  )
}

async function actOn(parts: OrgParts, judgement: Judgement, found: Found): Promise<TokenOutcome> {
  const { row, token, subject } = found
  const saw = { generation: token.generation, current: row.generation, stored: row.generation }
  const refuse = (refusal: Refusal): Promise<TokenOutcome> => refuseAndRecord(parts, subject, { refusal })
  switch (judgement.kind) {
    case 'replay':
      return found.wasGood
        ? await refuse({ code: 'TOKEN_IN_FLIGHT', saw })
        : await revokeReplayedFamily(parts, subject, saw)
    case 'unproven':
      return await refuse(underCompromisedKey)
    case 'epoch-refused':
      return await refuse({ code: 'TOKEN_REVOKED', saw: { reason: 'grants of the epoch before are refused' } })
    case 'store-went-back':
      return await refuse({ code: 'STORE_WENT_BACK', saw })
    case 'current':
    case 'open-parent':
    case 'newer-accepted':
      return await redeem(parts, judgement.kind, found)
  }
}

function redeem(parts: OrgParts, judgement: Redemption['judgement'], found: Found): Promise<TokenOutcome> {
  const { row, subject, asked, token, client } = found
  const decision = decide(asked, client.entry.policies)
  if (decision.kind === 'refused') return refuseAndRecord(parts, subject, { ...decision, sequence: row.sequence })
  const scopes = narrowScopes(found.request.scope, asked.grant.scopes)
  if (scopes.kind === 'not-allowed') {
    const refusal: Refusal = { code: 'SCOPE_NOT_ALLOWED', saw: { scope: scopes.scope.slice(0, 80) } }
    return refuseAndRecord(parts, subject, { refusal })
  }
  const redemption = planRedemption(parts, {
    row,
    subject,
    judgement,
    presented: { text: found.request.refreshToken, generation: token.generation, hash: token.hash },
    rotate: found.terms.rotate,
    scopes: scopes.scopes,
    decision,
  })
  if (redemption !== undefined) return settle(parts, redemption, found)
  const refusal: Refusal = { code: 'STORE_WENT_BACK', saw: { generation: token.generation, stored: row.generation } }
  return refuseAndRecord(parts, subject, { refusal })
}

async function settle(parts: OrgParts, redemption: Redemption, found: Found): Promise<TokenOutcome> {
  const { caller, deadline, subject, row } = found
  // made before the token is spent: were it to fail afterwards, the client would come back with a spent token and lose its family
  const making = fieldsOf(parts, redemption, found)
  const fields = making instanceof Promise ? await making : making
  const result = await parts.storage.write('redeem', packRedemption(redemption.plan), {
    deadline,
    listening: caller.listening,
  })
  if (result.kind === 'dropped') return unavailable(result.why)
  if (result.kind !== 'committed') {
    parts.log.error('redemption-not-stored', whyNotStored(result))
    return unavailable('the store failed')
  }
  const outcome = result.value
  switch (outcome.kind) {
    case 'won':
      parts.knownGrants.keep(after(row, redemption.plan))
      parts.monitor.saw(subject.app.name, subject.address, 'redemption')
      return { kind: 'issued', fields }
    case 'overtaken':
      parts.knownGrants.forget(row.id)
      parts.monitor.saw(subject.app.name, subject.address, 'refusal')
      if (outcome.ended !== null) return refused({ code: 'TOKEN_REVOKED', saw: { reason: outcome.ended } })
      return refused({ code: 'TOKEN_IN_FLIGHT', saw: { generation: row.generation } })
    case 'settings-changed':
      return await decideAgain(parts, found)
  }
}

/** What the transaction has made of the row. */
function after(row: GrantRow, { sets }: RedeemPlan): GrantRow {
  return { ...row, ...sets, uses: row.uses + 1 }
}

/** Once: who loses to a second change is told something transient, and the token stays current (P-01, P-02). */
async function decideAgain(parts: OrgParts, found: Found): Promise<TokenOutcome> {
  if (found.wasGood) return unavailable('the settings of the app keep changing')
  const settings = await parts.settings.refresh()
  const entry = settings.appsByName.get(found.client.entry.app.name)
  if (entry === undefined) return refused({ code: 'CLIENT_UNKNOWN', saw: {} })
  const { client, subject } = found
  // an allowlist narrowed since must refuse the redemption in progress (L-25)
  const decision = decideCaller({ ...client, entry }, subject)
  if (decision.kind === 'refused') return await refuseAndRecord(parts, { ...subject, app: entry.app }, decision)
  return await pursue(parts, { ...found, client: { ...client, entry }, wasGood: true })
}

function fieldsOf(
  parts: OrgParts,
  { accessToken, refreshToken, scopes }: Redemption,
  { client, request, row, subject }: Found,
): TokenFields | Promise<TokenFields> {
  return issuedFields(parts, {
    entry: client.entry,
    flow: request.flow,
    userId: row.userId,
    accessToken,
    refreshToken,
    scopes,
    at: subject.at,
    nonce: undefined,
    authenticatedAt: undefined,
  })
}
