/** The exchange of an authorization code: once, by the client it was issued to, bound to its redirect_uri and its challenge (SF-25, SF-85). */
import { appName, generation, grantId, sequence, userId } from '../../../values/domain.ts'
import { after, instant, seconds } from '../../../values/time.ts'
import type { Caller, OrgParts } from '../../parts.ts'
import type { CodeFacts, Request } from '../../rules/app.ts'
import { decide, termsOf, type Decision, type Refusal } from '../../rules/decide.ts'
import { judgeVerifier } from '../../rules/pkce.ts'
import { isRefreshScope } from '../../rules/scopes.ts'
import { findCode, type CodeRow, type ExchangePlan } from '../../store/exchange.ts'
import { mintAccessToken, scopeBits } from '../../tokens/access-token.ts'
import { sameText, sha256Base64url, sha256Hex } from '../../tokens/mac.ts'
import { mintRefreshToken } from '../../tokens/refresh-token.ts'
import type { Client } from './client.ts'
import { decideCaller } from './decide-caller.ts'
import { issuedFields } from './issued.ts'
import { refused, unavailable, type TokenFields, type TokenOutcome } from './outcome.ts'
import { lostRecord, refusalRecord, subjectOf, successRecord, type Subject } from './records.ts'
import { refuseAndRecord, whyNotStored } from './refusals.ts'
import type { CodeRequest } from './token-request.ts'

export type ExchangeCall = {
  readonly request: CodeRequest
  readonly client: Client
  readonly caller: Caller
  readonly deadline: number
}
type Question = Extract<Request, { step: 'code' }>
type Found = ExchangeCall & {
  readonly row: CodeRow
  readonly subject: Subject
  readonly asked: Question
  readonly again: boolean
}

export async function exchangeCode(parts: OrgParts, call: ExchangeCall, again = false): Promise<TokenOutcome> {
  const { request, client, caller } = call
  const { app } = client.entry
  const row = await parts.storage.read(() => findCode(sha256Hex(request.code)))
  const anonymous = subjectOf(parts, { app, flow: request.flow, caller })
  if (row === undefined || row.app !== app.name) {
    parts.monitor.junk('code', anonymous.address) // unknown codes are free to invent: counted, not written singly (P-11)
    return refused({ code: 'CODE_UNKNOWN', saw: {} })
  }
  const subject: Subject = { ...anonymous, userId: row.userId }
  if (row.usedAt !== null) return await refuseUsed(parts, subject, { row, again })
  const asked: Question = {
    step: 'code',
    flow: request.flow,
    now: subject.at,
    from: caller.from,
    app,
    code: codeFacts(row),
  }
  const refusal = refusalOf(parts, { row, request, now: subject.at })
  if (refusal !== undefined) return await refuseAndRecord(parts, subject, { refusal })
  const decision = decide(asked, client.entry.policies)
  if (decision.kind === 'refused') return await refuseAndRecord(parts, subject, decision)
  return await issue(parts, decision, { ...call, row, subject, asked, again })
}

/** SF-22, checks 11 and 12. None of them burns the code: who has the right verifier may still come. */
function refusalOf(
  parts: OrgParts,
  { row, request, now }: { readonly row: CodeRow; readonly request: CodeRequest; readonly now: number },
): Refusal | undefined {
  const { code, pkce } = parts.configuration
  if (now > after(instant(row.issuedAt), seconds(code.ttlSeconds))) return { code: 'CODE_EXPIRED', saw: {} }
  if (!request.redirectUri) return { code: 'REDIRECT_URI_MISSING', saw: {} }
  if (request.redirectUri !== row.redirectUri) return { code: 'REDIRECT_URI_MISMATCH', saw: { app: row.app } }
  const { verifier } = request
  const derived = row.challengeMethod === 'plain' ? (verifier ?? '') : sha256Base64url(verifier ?? '')
  const matches = row.challenge !== null && sameText(derived, row.challenge)
  return judgeVerifier(verifier, { challenge: row.challenge !== null, matches }, pkce)
}

async function issue(
  parts: OrgParts,
  decision: Extract<Decision, { kind: 'allowed' }>,
  found: Found,
): Promise<TokenOutcome> {
  const { subject, caller, deadline } = found
  const planned = planExchange(parts, decision, found)
  const { plan } = planned
  const fields = await fieldsOf(parts, planned, found) // before the code is used up: what fails here leaves it good
  const result = await parts.storage.write('exchange', plan, { deadline, listening: caller.listening })
  if (result.kind === 'dropped') return unavailable(result.why)
  if (result.kind !== 'committed') {
    parts.log.error('exchange-not-stored', whyNotStored(result))
    return unavailable('the store failed')
  }
  if (result.value.kind === 'settings-changed') return await exchangeAgain(parts, found)
  if (result.value.kind === 'overtaken') return refused({ code: 'CODE_USED', saw: {} }) // and nothing is revoked: it was good when asked (P-01)
  const ended = result.value.dropped.map((grant) => ({ grant, at: subject.at, reason: plan.droppedBecause }))
  if (ended.length > 0) await parts.revocationLog.append(ended)
  parts.monitor.saw(subject.app.name, subject.address, 'redemption')
  return { kind: 'issued', fields }
}

async function fieldsOf(
  parts: OrgParts,
  { accessToken, refreshToken }: PlannedExchange,
  { row, subject, request, client, asked }: Found,
): Promise<TokenFields> {
  return await issuedFields(parts, {
    entry: client.entry,
    flow: request.flow,
    userId: row.userId,
    accessToken,
    refreshToken,
    scopes: asked.code.scopes,
    at: subject.at,
    nonce: row.nonce ?? undefined,
    authenticatedAt: row.authenticatedAt,
  })
}

type PlannedExchange = {
  readonly plan: ExchangePlan
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

async function exchangeAgain(parts: OrgParts, found: Found): Promise<TokenOutcome> {
  if (found.again) return unavailable('the settings of the app keep changing')
  const entry = (await parts.settings.refresh()).appsByName.get(found.client.entry.app.name)
  if (entry === undefined) return refused({ code: 'CLIENT_UNKNOWN', saw: {} })
  const { request, caller, client, subject, deadline } = found
  const decision = decideCaller({ ...client, entry }, subject)
  if (decision.kind === 'refused') return await refuseAndRecord(parts, { ...subject, app: entry.app }, decision)
  return await exchangeCode(parts, { request, caller, deadline, client: { ...client, entry } }, true)
}

function planExchange(
  parts: OrgParts,
  decision: Extract<Decision, { kind: 'allowed' }>,
  { row, subject, asked, request, client }: Found,
): PlannedExchange {
  const id = grantId(Buffer.from(parts.random(16)).toString('hex')) // P-09: 128 random bits
  const { scopes } = asked.code
  const minted = scopes.some(isRefreshScope) ? mintRefreshToken(id, generation(0), parts) : undefined
  const { organization } = parts.settings.current()
  const claims = { grant: id, sequence: sequence(1), issuedAt: subject.at, scopes: scopeBits(scopes, scopes) }
  const established = { ...subject, grantId: id }
  const won = successRecord(parts, established, decision.trace)
  const plan: ExchangePlan = {
    codeHash: row.hash,
    settingsVersion: subject.app.version,
    grant: {
      id,
      app: row.app,
      userId: row.userId,
      flow: request.flow,
      scopes: row.scopes,
      tokenHash: minted?.hash ?? null,
      keyId: minted?.keyId ?? parts.keyring.activeTagKey.id,
      epoch: parts.epoch().current,
      at: subject.at,
      address: subject.address,
    },
    approvalsKept: termsOf(asked, client.entry.policies).approvalsKept,
    droppedBecause: parts.configuration.reauthRevokesAll ? 'reauthorized' : 'approval-dropped',
    won,
    lost: lostRecord('CODE_USED'),
  }
  return { plan, accessToken: mintAccessToken(organization.id, claims, parts.keyring), refreshToken: minted?.text }
}

/** A code that comes back: what it had issued is revoked, unless this very request saw it unused (SF-85, P-01). */
async function refuseUsed(
  parts: OrgParts,
  subject: Subject,
  { row, again }: { readonly row: CodeRow; readonly again: boolean },
): Promise<TokenOutcome> {
  const refusal: Refusal = { code: 'CODE_USED', saw: {} }
  const known = { ...subject, grantId: row.grantId }
  const revokes = parts.configuration.code.reuseRevokes && !again
  const history = refusalRecord(parts, known, refusal)
  const plan = { grant: revokes ? row.grantId : null, at: subject.at, history }
  const result = await parts.storage.write('revokeCodeIssue', plan)
  if (result.kind !== 'committed') return unavailable('the store failed')
  if (plan.grant !== null)
    await parts.revocationLog.append([{ grant: plan.grant, at: subject.at, reason: 'code-reused' }])
  return refused(refusal)
}

function codeFacts(row: CodeRow): CodeFacts {
  return {
    app: appName(row.app),
    user: { id: userId(row.userId), username: row.username, isActive: row.userIsActive === 1 },
    redirectUri: row.redirectUri,
    scopes: row.scopes.split(' '),
    issuedAt: instant(row.issuedAt),
    challenge: row.challenge ?? undefined,
    used: row.usedAt !== null,
  }
}
