/** One token request from form to outcome, in the order of checks of SF-22: request, client, address, and only then the token itself. */
import { formatAddress } from '../../../ip/address.ts'
import type { Form } from '../../endpoints/form.ts'
import type { Caller, OrgParts } from '../../parts.ts'
import type { Fault } from '../../testing/faults.ts'
import type { Decision, Refusal } from '../../rules/decide.ts'
import { findGrant } from '../../store/grants.ts'
import { readRefreshToken } from '../../tokens/refresh-token.ts'
import { authenticateClient, limitedRefusal, type Client } from './client.ts'
import { decideCaller } from './decide-caller.ts'
import { exchangeCode } from './exchange.ts'
import { refused, unavailable, type TokenOutcome } from './outcome.ts'
import { alertOf, subjectOf, type Subject } from './records.ts'
import { refresh } from './refresh.ts'
import { refuseAndRecord } from './refusals.ts'
import { parseTokenRequest, type TokenRequest } from './token-request.ts'

export type TokenCall = { readonly form: Form; readonly authorization: string | undefined; readonly caller: Caller }

/** How long a request may wait for its transaction to begin (P-03). */
const patience = 5_000

export async function answerTokenRequest(parts: OrgParts, call: TokenCall): Promise<TokenOutcome> {
  const request = parseTokenRequest(call.form)
  const deadline = parts.monotonic() + patience
  if (!request.ok) {
    parts.monitor.junk('request', formatAddress(call.caller.from.address))
    return refused(request.fault)
  }
  const proving = authenticateClient(parts, call, call.caller)
  const client = proving instanceof Promise ? await proving : proving
  if (!client.ok) return await refuseClient(parts, { request: request.value, caller: call.caller }, client.fault)
  const struck = parts.faults.take(['unavailable', 'in-flight', 'delay', 'drop-response'], client.value.entry.app.name)
  if (struck === undefined)
    return await answer(parts, { request: request.value, client: client.value, caller: call.caller, deadline })
  return await answerWithFault(parts, struck, {
    request: request.value,
    client: client.value,
    caller: call.caller,
    deadline,
  })
}

/** A wrong proof of a known app is recorded (SF-231); unknown clients, and failures beyond the limit, are counted alone (P-11). */
async function refuseClient(
  parts: OrgParts,
  { request, caller }: Pick<Call, 'request' | 'caller'>,
  refusal: Refusal,
): Promise<TokenOutcome> {
  const known = parts.settings.current().appsByName.get(String(refusal.saw['app']))
  if (known === undefined || refusal.code === 'CLIENT_TOO_MANY_FAILURES') return refused(refusal)
  return await refuseAndRecord(parts, subjectOf(parts, { app: known.app, flow: request.flow, caller }), { refusal })
}

/** No proof is as free to send as a wrong one, so it counts as one. */
async function refuseUnproven(
  parts: OrgParts,
  { request, client, caller }: Call,
  decision: Extract<Decision, { kind: 'refused' }>,
): Promise<TokenOutcome> {
  const refusal = limitedRefusal(parts, decision.refusal, { entry: client.entry, caller })
  if (refusal !== decision.refusal) return refused(refusal)
  return await refuseAndRecord(parts, subjectOf(parts, { app: client.entry.app, flow: request.flow, caller }), decision)
}

type Call = {
  readonly request: TokenRequest
  readonly client: Client
  readonly caller: Caller
  readonly deadline: number
}

function answer(parts: OrgParts, call: Call): Promise<TokenOutcome> {
  const { request, client, caller } = call
  const { app } = client.entry
  const subject = subjectOf(parts, { app, flow: request.flow, caller })
  const decision = decideCaller(client, subject)
  if (decision.kind === 'refused') {
    const isBlocked = decision.refusal.code === 'SOURCE_NOT_ALLOWED'
    if (isBlocked && request.kind === 'refresh')
      return refuseBlocked(parts, { decision, subject }, request.refreshToken)
    if (decision.refusal.code === 'CLIENT_SECRET_MISSING') return refuseUnproven(parts, call, decision)
    return refuseAndRecord(parts, subject, decision)
  }
  return request.kind === 'refresh' ? refresh(parts, { ...call, request }) : exchangeCode(parts, { ...call, request })
}

async function refuseBlocked(
  parts: OrgParts,
  { decision, subject }: { readonly decision: Extract<Decision, { kind: 'refused' }>; readonly subject: Subject },
  refreshToken: string,
): Promise<TokenOutcome> {
  await alertBlockedReplay(parts, subject, refreshToken)
  return await refuseAndRecord(parts, subject, decision)
}

/** The testing plane's faults happen to the real flow, so that what they leave behind is what a real one would. */
async function answerWithFault(parts: OrgParts, fault: Fault, call: Call): Promise<TokenOutcome> {
  switch (fault.kind) {
    case 'unavailable':
      return unavailable('a fault of the testing plane')
    case 'in-flight':
      return await refuseAndRecord(
        parts,
        subjectOf(parts, { app: call.client.entry.app, flow: call.request.flow, caller: call.caller }),
        {
          refusal: { code: 'TOKEN_IN_FLIGHT', saw: { fault: true } },
        },
      )
    case 'delay': {
      if (fault.when === 'before-commit') await parts.wait(fault.for)
      const outcome = await answer(parts, { ...call, deadline: call.deadline + fault.for })
      if (fault.when === 'after-commit') await parts.wait(fault.for)
      return outcome
    }
    case 'drop-response': {
      const outcome = await answer(parts, call)
      return outcome.kind === 'issued' ? { kind: 'cut' } : outcome
    }
    case 'slow-propagation':
    case 'save-does-not-take':
    case 'refuse-deploy':
    case 'deploy-not-taking':
    case 'slow-deploy':
      return await answer(parts, call) // those strike saves
  }
}

/** A replay from a blocked address kills nothing and is told nothing, but a person should see it (SF-23). */
async function alertBlockedReplay(parts: OrgParts, subject: Subject, text: string): Promise<void> {
  const token = readRefreshToken(text, parts.keyring)
  if (token === undefined || token.keyState === 'compromised') return // such a tag proves no replay (P-09)
  const row = await parts.storage.read(() => findGrant(token.grant))
  if (row === undefined || row.app !== subject.app.name || row.ended !== null) return
  if (token.generation >= row.generation) return
  const known = { ...subject, userId: row.userId, grantId: row.id }
  const id = parts.recordIds(subject.at)
  const detail = `A spent refresh token of generation ${token.generation} was presented from a blocked address; the family lives on.`
  await parts.storage.write('alert', alertOf({ id, at: subject.at }, known, { kind: 'replay', detail }))
}
