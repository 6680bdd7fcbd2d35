/** One connection of an export into this vault. */
import { secret, type Secret } from '../../values/secret.ts'
import type { InputOf } from '../../storage/storage.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { KeeperError } from '../keeper-error.ts'
import type { ImportedEntry, ImportWish } from '../move-face.ts'
import { lockOf, type ExchangeParts } from '../refresh/parts.ts'
import type { ExportedApp, ExportedConnection } from '../rules/export-lines.ts'
import { permittedLoginUrl } from '../rules/login-url.ts'
import { isName } from '../rules/names.ts'
import { instanceOf } from '../rules/salesforce-hosts.ts'
import { planConnection, type ConnectionPlan, type There } from '../rules/plan-import.ts'
import { findConnection, type StoredConnection } from '../store/connection-row.ts'
import type { NewState } from '../store/state.ts'
import type { KeeperWrites } from '../store/writes.ts'
import { dueAfterPause } from './hand-over.ts'
import { appHere, refusedEntry } from './here.ts'

export type ImportedFrom = {
  readonly entry: ExportedConnection
  /** Its app in the export. */
  readonly exported: ExportedApp | undefined
  /** Names the export. */
  readonly from: string
}

type Taking = ConnectionPlan & { readonly kind: 'create' | 'replace' }

export async function importConnection(
  parts: ExchangeParts,
  of: ImportedFrom,
  wish: ImportWish,
): Promise<ImportedEntry> {
  const { entry, exported } = of
  const key = { tenant: entry.tenant, id: entry.id }
  const about = { kind: 'connection', ...key } as const
  if (!isName(key.tenant) || !isName(key.id))
    return refusedEntry(about, {
      why: 'its name is none that this program gives',
      next: 'Look into who made the file.',
    })
  const login = permittedLoginUrl(entry.loginUrl, parts.hosts)
  if (!login.ok) return refusedEntry(about, { why: `its login URL ${login.fault.means}`, next: login.fault.next })
  const terms = { replace: wish.replace ?? false, exporterStopped: wish.exporterStopped ?? false }
  const app = await appHere(parts, { tenant: entry.tenant, name: entry.app })
  for (;;) {
    const before = await parts.storage.read(() => findConnection(key))
    const there = before === undefined ? undefined : await thereOf(parts, before, entry)
    const plan = planConnection(entry, { there, app, exported }, terms)
    if (plan.kind === 'same') return { ...about, outcome: 'same' }
    if (plan.kind === 'refused') return refusedEntry(about, plan)
    // somebody has changed it since it was read: look again
    if (!(await take(parts, of, { plan, before }))) continue
    return { ...about, outcome: plan.ask ? 'to-be-asked' : plan.kind === 'create' ? 'created' : 'replaced' }
  }
}

async function thereOf(
  { envelope }: ExchangeParts,
  before: StoredConnection,
  entry: ExportedConnection,
): Promise<There> {
  const { generation, refreshAttempt, createdAt, handedOverAt } = before
  const at = { purpose: 'refresh-token', generation, attempt: refreshAttempt } as const
  const token = await envelope.openText(before.sealedRefresh, lockOf(before, at))
  return { generation, createdAt, handedOver: handedOverAt !== null, sameToken: token.expose() === entry.refreshToken }
}

type Taken = { readonly plan: Taking; readonly before: StoredConnection | undefined }

/** False where it is another one by now, and nothing was changed. */
async function take(parts: ExchangeParts, of: ImportedFrom, { plan, before }: Taken): Promise<boolean> {
  const result = await parts.storage.write('importConnection', await planOf(parts, of, { plan, before }))
  if (result.kind === 'committed' && result.value.kind !== 'unknown-app') return result.value.kind === 'imported'
  const why =
    result.kind === 'committed' ? 'its app was removed' : result.kind === 'dropped' ? result.why : result.cause.message
  throw new KeeperError('NOT_SENT', `The store did not take ${of.entry.id}: ${why}.`, {
    next: ['Import the file again: what was taken is found to be the same.'],
  })
}

async function planOf(
  parts: ExchangeParts,
  { entry, from }: ImportedFrom,
  { plan: { generation, ask }, before }: Taken,
): Promise<InputOf<KeeperWrites, 'importConnection'>> {
  const { tenant, id, app, loginUrl, orgId, userId, username, instanceUrl, access } = entry
  const key: ConnectionKey = { tenant, id }
  const dataKey = await parts.envelope.newDataKey({ kind: 'connection', ...key })
  const seal = async (purpose: 'refresh-token' | 'access-token', token: Secret): Promise<Uint8Array> =>
    await parts.envelope.sealText(token, lockOf({ key, dataKey }, { purpose, generation, attempt: 0 }))
  return {
    connection: {
      ...{ key, app, loginUrl, dataKey },
      identity: {
        orgId,
        userId,
        username,
        instanceUrl: instanceOf(instanceUrl, { loginUrl, listed: parts.hosts }) ?? null,
      },
      // one that may be used elsewhere as well is never sent a last time (P-25)
      ...{ soleHolder: entry.soleHolder && !ask, sessionSeconds: entry.sessionSeconds },
      sealedRefresh: await seal('refresh-token', secret(entry.refreshToken)),
      access: access && {
        sealed: await seal('access-token', secret(access.token)),
        ...{ issuedAt: access.issuedAt, expiresAt: access.expiresAt },
      },
      state: stateOf(parts, entry, ask),
    },
    ...{ generation, expects: before?.version ?? null, from },
    ...{ createdAt: entry.createdAt, authorizedAt: entry.authorizedAt },
    ...{ lastExchangeAt: entry.lastExchangeAt, lastEgress: entry.lastEgress },
  }
}

/** In doubt: introspection is asked, which spends nothing, before the token is sent (P-22). */
function stateOf(parts: ExchangeParts, entry: ExportedConnection, ask: boolean): NewState {
  if (ask)
    return {
      ...{ state: 'in-doubt', nextDueAt: parts.clock() },
      why: 'It was imported and had not been handed over: the keeper that it came from may have spent this token since. The org is asked first.',
    }
  const { tenant, id, state, why, lastExchangeAt, createdAt } = entry
  const nextDueAt = dueAfterPause(parts, { key: { tenant, id }, state, lastExchangeAt, createdAt })
  return { state, why, nextDueAt }
}
