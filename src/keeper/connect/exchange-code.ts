/** A code is exchanged: sent once, through the proxy, and its reply kept before it is read, since it holds the only refresh token of a login. */
import { connectionEndsAt } from '../rules/lease-terms.ts'
import type { PostRequest } from '../rules/http-request.ts'
import { judgeCode, type CodeOutcome } from '../rules/code-outcome.ts'
import { codeRequest } from '../rules/requests.ts'
import type { StoredAuthorization } from '../store/authorizations.ts'
import type { Connection, Posted } from '../transport/connection.ts'
import { destinationOf, postOf } from '../refresh/form-post.ts'
import { nowOf } from '../refresh/parts.ts'
import { exchangedOf, exchangedOfBytes } from '../refresh/read-reply.ts'
import type { HeldOpen } from '../vault/envelope.ts'
import type { Slot } from '../vault/spool.ts'
import { lockOfLogin, type ConnectParts } from './parts.ts'

export type Exchanged =
  | { readonly kind: 'judged'; readonly outcome: CodeOutcome; readonly leftFrom: string | undefined }
  /** The store takes nothing. The reply lies beside it, and is adopted when it does. */
  | { readonly kind: 'kept-beside' }

/** To be called by whoever has taken the callback, once. */
export async function exchangeCode(parts: ConnectParts, login: StoredAuthorization, code: string): Promise<Exchanged> {
  const ready = await makeReady(parts, login, code)
  if ('kind' in ready) return ready
  try {
    return await send(parts, login, ready)
  } finally {
    ready.held.release()
  }
}

/** All that may be missing is asked for before the code is spent: verifier, app, keyring, and a place for the reply (P-26). */
async function makeReady(parts: ConnectParts, login: StoredAuthorization, code: string): Promise<Sending | Exchanged> {
  const { envelope, spool, credentialsOf } = parts
  const { key, dataKey, sealedVerifier, redirectUri } = login
  if (sealedVerifier === null) return notSent('the login is over')
  let held: HeldOpen | undefined
  try {
    const verifier = await envelope.openText(sealedVerifier, lockOfLogin(login, 'code-verifier'))
    const credentials = await credentialsOf(key.tenant, login.app, login.loginUrl)
    held = await envelope.holdOpen({ kind: 'connection', ...key }, dataKey)
    const slot = await spool.reserve(key, 0, login.number)
    if (!slot.ok) throw new Error(slot.fault.means)
    const request = (): PostRequest =>
      postOf(codeRequest(credentials, { code, redirectUri, verifier: verifier.expose() }))
    return { request, slot: slot.value, held }
  } catch (cause) {
    held?.release()
    return notSent(cause instanceof Error ? cause.message : String(cause))
  }
}

const notSent = (why: string): Exchanged => ({
  ...{ kind: 'judged', outcome: { kind: 'not-sent', why }, leftFrom: undefined },
})

type Sending = { readonly request: () => PostRequest; readonly slot: Slot; readonly held: HeldOpen }

async function send(
  parts: ConnectParts,
  login: StoredAuthorization,
  { request, slot, held }: Sending,
): Promise<Exchanged> {
  const { transport, settings } = parts
  const endsAt = connectionEndsAt(nowOf(parts), settings.terms)
  const deadline = endsAt - settings.terms.call
  const opened = await transport.open({ ...destinationOf(login.loginUrl), deadline, endsAt })
  if (opened.kind === 'not-opened') {
    await slot.release()
    return notSent(`${opened.stage}: ${opened.why}`)
  }
  const { connection } = opened
  try {
    const posted = await connection.post(request(), { mayWrite: () => true, deadlineMs: settings.terms.call })
    return await keep(parts, login, { posted, slot, held, connection })
  } finally {
    connection.close()
  }
}

type Replied = Omit<Sending, 'request'> & { readonly posted: Posted; readonly connection: Connection }

async function keep(
  parts: ConnectParts,
  login: StoredAuthorization,
  { posted, slot, held, connection }: Replied,
): Promise<Exchanged> {
  const leftFrom = connection.leavesFrom
  if (posted.kind === 'not-sent' || posted.raw.length === 0) {
    await slot.release()
    return { kind: 'judged', outcome: judgeCode(exchangedOf(posted), login.loginUrl, parts.hosts), leftFrom }
  }
  const sealedReply = held.seal(posted.raw, { purpose: 'reply', generation: 0, attempt: login.number })
  const kept = await parts.replies.keep(
    { key: login.key, generation: 0, attempt: login.number, sealedReply, leftFrom },
    slot,
  )
  if (kept === 'in-the-spool') return { kind: 'kept-beside' }
  const outcome = judgeCode(exchangedOf(posted), login.loginUrl, parts.hosts)
  posted.raw.fill(0)
  return { kind: 'judged', outcome, leftFrom }
}

/** Of a reply that lies in the store, because the process that had asked for it has died or could not store it. */
export async function judgeKept(parts: ConnectParts, login: StoredAuthorization): Promise<CodeOutcome> {
  const { sealedReply } = login
  if (sealedReply === null) return { kind: 'not-sent', why: 'there is no reply' }
  const raw = await parts.envelope.open(sealedReply, lockOfLogin(login, 'reply'))
  const outcome = judgeCode(exchangedOfBytes(raw), login.loginUrl, parts.hosts)
  raw.fill(0)
  return outcome
}
