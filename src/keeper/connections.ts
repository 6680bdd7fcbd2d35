/** Connections as they come, are seen, and go. */
import type { Secret } from '../values/secret.ts'
import { instant, seconds, type Instant } from '../values/time.ts'
import type { Access } from './access.ts'
import type { ConnectionKey } from './connection-key.ts'
import { checkSecret, unknownApp, unknownConnection } from './error-of.ts'
import { KeeperError } from './keeper-error.ts'
import type { AdoptWish, ConnectionView } from './keeper-face.ts'
import { lotOf } from './refresh/lot.ts'
import { lockOf, nowOf, type ExchangeParts } from './refresh/parts.ts'
import { refresh } from './refresh/refresh.ts'
import { revoke } from './refresh/revoke.ts'
import { heartbeatAt, idleLimit, servesUntil } from './rules/due.ts'
import { isName, nameAdvice } from './rules/names.ts'
import { loginHostsAdvice } from './rules/login-hosts.ts'
import { instanceOf } from './rules/salesforce-hosts.ts'
import { eventOf } from './rules/states.ts'
import { findApp } from './store/apps.ts'
import { findConnection, type NewAccess, type StoredConnection } from './store/connection-row.ts'
import type { Replaced } from './store/connections.ts'
import { findConnections } from './store/read-connections.ts'
import type { NewState } from './store/state.ts'
import { VaultFault } from './vault/vault-fault.ts'

export type Connections = {
  readonly adopt: (wish: AdoptWish) => Promise<ConnectionView>
  readonly find: (key: ConnectionKey) => Promise<ConnectionView | undefined>
  readonly list: (query: {
    readonly tenant: string
    readonly app?: string | undefined
    readonly state?: string | undefined
    readonly above: string | undefined
    readonly limit: number
  }) => Promise<readonly ConnectionView[]>
  readonly remove: (key: ConnectionKey) => Promise<{ readonly revoked: boolean }>
}

export function openConnections(parts: ExchangeParts, access: Access): Connections {
  const { storage } = parts
  const find = async (key: ConnectionKey): Promise<StoredConnection | undefined> =>
    await storage.read(() => findConnection(key))
  const viewed = async (key: ConnectionKey): Promise<ConnectionView> => {
    const connection = await find(key)
    if (connection === undefined) throw unknownConnection(key)
    return viewOf(connection)
  }
  return {
    async find(key) {
      const connection = await find(key)
      return connection === undefined ? undefined : viewOf(connection)
    },
    list: async (query) => (await storage.read(() => findConnections(query))).map(viewOf),
    async adopt(wish) {
      const key = { tenant: wish.tenant ?? 'default', id: wish.id }
      checkId(key)
      checkSecret('refreshToken', wish.refreshToken)
      checkSecret('accessToken', wish.accessToken)
      const before = await find(key)
      if (before === undefined) await create(parts, key, wish)
      else await replace(parts, before, wish)
      access.forget(key)
      return await viewed(key)
    },
    async remove(key) {
      access.forget(key)
      return await remove(parts, key)
    },
  }
}

export function checkId({ tenant, id }: ConnectionKey): void {
  for (const [what, text] of [
    ['tenant', tenant],
    ['connection', id],
  ] as const)
    if (!isName(text))
      throw new KeeperError('INVALID', `${JSON.stringify(text)} is no name for a ${what}.`, { next: [nameAdvice] })
}

/** Programs send access tokens there (P-28). */
function checkInstance({ hosts }: ExchangeParts, { instanceUrl }: AdoptWish, loginUrl: string): void {
  if (instanceUrl === undefined || instanceOf(instanceUrl, { loginUrl, listed: hosts }) !== undefined) return
  throw new KeeperError(
    'INVALID',
    `The instance URL ${JSON.stringify(instanceUrl)} is neither of the login host nor of Salesforce, and keeper.loginHosts does not list its host.`,
    { next: [`Leave it out: the next exchange tells it. ${loginHostsAdvice}`] },
  )
}

type Seal = (purpose: 'refresh-token' | 'access-token', token: Secret) => Promise<Uint8Array>

async function create(parts: ExchangeParts, key: ConnectionKey, wish: AdoptWish): Promise<void> {
  const { storage, envelope } = parts
  const app = await storage.read(() => findApp({ tenant: key.tenant, name: wish.app }))
  if (app === undefined) throw unknownApp(key.tenant, wish.app)
  if (wish.replaces !== undefined) throw unknownConnection(key)
  checkInstance(parts, wish, app.loginUrl)
  const dataKey = await envelope.newDataKey({ kind: 'connection', ...key })
  const seal: Seal = async (purpose, token) =>
    await envelope.sealText(token, lockOf({ key, dataKey }, { purpose, generation: 1, attempt: 0 }))
  const result = await storage.write('createConnection', {
    ...{ key, app: wish.app, loginUrl: app.loginUrl, dataKey, soleHolder: wish.soleHolder ?? true },
    identity: { orgId: null, userId: null, username: null, instanceUrl: wish.instanceUrl ?? null },
    sealedRefresh: await seal('refresh-token', wish.refreshToken),
    access: await adoptedAccess(parts, wish, seal),
    ...{ sessionSeconds: null, state: alive(parts, key) },
  })
  if (result.kind !== 'committed') throw notStored(key)
  if (result.value.kind === 'unknown-app') throw unknownApp(key.tenant, wish.app)
  if (result.value.kind === 'exists') throw exists(key, result.value.generation)
}

/** The family that was there before is revoked: it would count among the five, and somebody else may hold it (L-57). */
async function replace(parts: ExchangeParts, before: StoredConnection, wish: AdoptWish): Promise<void> {
  const { storage, envelope } = parts
  const { key, dataKey, generation } = before
  if (wish.replaces === undefined) throw exists(key, generation)
  if (wish.app !== before.app)
    throw new KeeperError('INVALID', `${key.id} belongs to the app ${before.app}, and its tokens are no other's.`)
  checkInstance(parts, wish, before.loginUrl)
  const seal: Seal = async (purpose, token) =>
    await envelope.sealText(
      token,
      lockOf(before, { purpose, generation: wish.replaces === undefined ? 1 : wish.replaces + 1, attempt: 0 }),
    )
  const result = await storage.write('replaceToken', {
    ...{ key, generation: wish.replaces, dataKey, soleHolder: wish.soleHolder ?? before.soleHolder },
    sealedRefresh: await seal('refresh-token', wish.refreshToken),
    access: await adoptedAccess(parts, wish, seal),
    identity: wish.instanceUrl === undefined ? undefined : { instanceUrl: wish.instanceUrl },
    state: alive(parts, key),
  })
  if (result.kind !== 'committed') throw notStored(key)
  if (result.value.kind === 'unknown') throw unknownConnection(key)
  if (result.value.kind === 'stale-generation')
    throw new KeeperError(
      'STALE_TOKEN',
      `This token is to follow generation ${wish.replaces} of ${key.id}, which is at ${result.value.generation}: it was saved before a rotation.`,
      { next: ['Authorize again, or adopt the newest token.'] },
    )
  try {
    await revokeReplaced(parts, key, { before, replaced: result.value.replaced })
  } catch (cause) {
    // what was adopted is stored, e.g. in the place of a token that nobody can open any more
    parts.log.warn('keeper.replaced-family-not-revoked', { ...key, cause: String(cause) })
  }
}

export async function revokeReplaced(
  parts: ExchangeParts,
  key: ConnectionKey,
  { before, replaced }: { readonly before: StoredConnection; readonly replaced: Replaced },
): Promise<void> {
  const at = { purpose: 'refresh-token' as const, generation: replaced.generation, attempt: replaced.refreshAttempt }
  const token = await parts.envelope.openText(replaced.sealedRefresh, lockOf({ key, dataKey: replaced.dataKey }, at))
  // another keeper lives by it, or it is the very token that has come
  if (replaced.handedOverAt !== null || (await isInUse(parts, key, token))) return
  const revoked = await revoke(parts, { loginUrl: before.loginUrl, token, taken: nowOf(parts) })
  parts.log.info('keeper.replaced-family', { ...key, generation: replaced.generation, revoked })
}

async function isInUse({ storage, envelope }: ExchangeParts, key: ConnectionKey, token: Secret): Promise<boolean> {
  const now = await storage.read(() => findConnection(key))
  if (now === undefined) return false
  const at = { purpose: 'refresh-token' as const, generation: now.generation, attempt: now.refreshAttempt }
  return (await envelope.openText(now.sealedRefresh, lockOf(now, at))).expose() === token.expose()
}

async function adoptedAccess({ clock }: ExchangeParts, wish: AdoptWish, seal: Seal): Promise<NewAccess | null> {
  if (wish.accessToken === undefined) return null
  return { sealed: await seal('access-token', wish.accessToken), issuedAt: clock(), expiresAt: null }
}

export function alive({ clock, settings }: ExchangeParts, key: ConnectionKey): NewState {
  const nextDueAt = heartbeatAt(clock(), lotOf(key), settings.heartbeat)
  return {
    ...{ state: 'alive', why: null, nextDueAt, onChange: [{ kind: eventOf.alive, data: '{}' }] },
    ...{ resolves: true, failures: 'clear' },
  }
}

async function remove(parts: ExchangeParts, key: ConnectionKey): Promise<{ readonly revoked: boolean }> {
  const { storage, settings } = parts
  // a reply that nobody has adopted holds the token that is to be revoked
  await refresh(parts, { key, when: { kind: 'never' }, patienceUntil: instant(0) })
  const taken = nowOf(parts)
  const lease = await storage.write('takeLease', { key, holder: settings.holder, forMs: settings.terms.lease })
  if (lease.kind !== 'committed') throw notStored(key)
  if (lease.value.kind === 'unknown') throw unknownConnection(key)
  if (lease.value.kind === 'held')
    throw new KeeperError('NOT_SENT', `${key.id} is being exchanged by ${lease.value.holder}.`, {
      next: ['Do it again.'],
    })
  const { fence, connection } = lease.value
  try {
    const token = await tokenOf(parts, connection)
    // what was handed over is forgotten here, and lives on where it went
    const isOurs = connection.handedOverAt === null
    const revoked =
      isOurs && token !== undefined && (await revoke(parts, { loginUrl: connection.loginUrl, token, taken }))
    const result = await storage.write('removeConnection', { key, fence, generation: connection.generation })
    if (result.kind !== 'committed' || result.value.kind !== 'removed') throw notStored(key)
    return { revoked }
  } catch (cause) {
    await storage.write('releaseLease', { key, fence })
    throw cause
  }
}

/** Undefined where nobody can open it any more: it cannot be revoked here, and must not keep its connection from being removed. */
async function tokenOf({ envelope }: ExchangeParts, connection: StoredConnection): Promise<Secret | undefined> {
  const { generation, refreshAttempt: attempt, sealedRefresh } = connection
  try {
    return await envelope.openText(sealedRefresh, lockOf(connection, { purpose: 'refresh-token', generation, attempt }))
  } catch (cause) {
    if (cause instanceof VaultFault && cause.kind === 'moved-or-damaged') return undefined
    throw cause
  }
}

function viewOf(row: StoredConnection): ConnectionView {
  const { key, access, lastExchangeAt, createdAt, sessionSeconds } = row
  const at = (ms: number | null): Instant | undefined => (ms === null ? undefined : instant(ms))
  return {
    ...key,
    ...{ app: row.app, loginUrl: row.loginUrl, state: shownState(row), generation: row.generation },
    stateSince: instant(row.stateSince),
    why: row.why ?? undefined,
    orgId: row.orgId ?? undefined,
    userId: row.userId ?? undefined,
    instanceUrl: row.instanceUrl ?? undefined,
    lastExchangeAt: at(lastExchangeAt),
    lastEgress: row.lastEgress ?? undefined,
    signature: row.signature ?? undefined,
    handedOverAt: at(row.handedOverAt),
    nextDueAt: at(row.nextDueAt),
    idleAt: instant((lastExchangeAt ?? createdAt) + idleLimit),
    accessExpiresAt:
      access === null
        ? undefined
        : instant(
            access.expiresAt ??
              servesUntil(instant(access.issuedAt), sessionSeconds === null ? undefined : seconds(sessionSeconds)),
          ),
    createdAt: instant(createdAt),
  }
}

const shownState = ({ state, handedOverAt }: StoredConnection): string =>
  handedOverAt === null ? state : 'handed-over'

const exists = ({ id }: ConnectionKey, generation: number): KeeperError =>
  new KeeperError('CONNECTION_EXISTS', `There is a connection ${id}, at generation ${generation}.`, {
    next: [`Say replaces: ${generation} to put another token into it; the family that is there is revoked then.`],
  })
const notStored = ({ id }: ConnectionKey): KeeperError =>
  new KeeperError('NOT_SENT', `The store did not take what was to be written of ${id}.`, {
    next: ['Look at the store.'],
  })
