/** A live access token: from memory while it is fresh, from the store where somebody else has exchanged, and by an exchange where it is due. However
 *  many ask at once, one exchange answers them all (L-34). */
import { after, instant, milliseconds, seconds, type Duration, type Instant } from '../values/time.ts'
import type { ConnectionKey } from './connection-key.ts'
import { errorOf, isGood, unknownConnection } from './error-of.ts'
import { KeeperError } from './keeper-error.ts'
import type { AccessToken } from './keeper-face.ts'
import { lockOf, type ExchangeParts } from './refresh/parts.ts'
import { refresh } from './refresh/refresh.ts'
import { freshUntil, servesUntil } from './rules/due.ts'
import { findAccess, type AccessView } from './store/read-connections.ts'

export type Access = {
  /** Rejects with a KeeperError. */
  readonly get: (key: ConnectionKey, options?: { readonly refused?: string | undefined }) => Promise<AccessToken>
  /** One real exchange, whatever is there (P-27: also of a connection that was refused). Rejects with a KeeperError. */
  readonly exchange: (key: ConnectionKey, options?: ExchangeOptions) => Promise<AccessToken>
  readonly forget: (key: ConnectionKey) => void
}
export type ExchangeOptions = { readonly egress?: string | undefined }

/** How long a caller waits while another process exchanges. */
const patience = seconds(45)

export function openAccess(parts: ExchangeParts): Access {
  const { clock } = parts
  const memory = openMemory(parts)
  const running = new Map<string, Promise<AccessToken>>()

  const work = async (key: ConnectionKey): Promise<AccessToken> => {
    const { view, live } = await readAccess(parts, key)
    if (live !== undefined && clock() < live.freshUntil) return memory.put(key, live)
    const done = await refresh(parts, {
      ...{ key, when: { kind: 'unless-newer', than: view.version }, patienceUntil: after(clock(), patience) },
    })
    if (isGood(done)) return await current(key)
    // what still serves is handed out, whatever became of the exchange
    if (live !== undefined && clock() < live.expiresAt) return live
    throw errorOf(key, done)
  }
  /** The org has answered 401 to it: where it is still the one that is stored, it has to be exchanged; however many say so, once. */
  const afterRefusal = async (key: ConnectionKey, refused: string): Promise<AccessToken> => {
    const { view, live } = await readAccess(parts, key)
    if (live !== undefined && live.accessToken.expose() !== refused) return memory.put(key, live)
    memory.forget(key)
    const when = { kind: 'unless-newer', than: view.version } as const
    const done = await refresh(parts, { key, when, patienceUntil: after(clock(), patience) })
    if (isGood(done)) return await current(key)
    throw errorOf(key, done)
  }
  const current = async (key: ConnectionKey): Promise<AccessToken> => {
    const { live } = await readAccess(parts, key)
    if (live !== undefined) return memory.put(key, live)
    throw new KeeperError('SERVER_TROUBLE', 'The access token that has just come does not serve any more.')
  }
  return {
    async get(key, { refused } = {}) {
      if (refused !== undefined) return await afterRefusal(key, refused)
      const known = memory.get(key)
      if (known !== undefined) return known
      const name = nameOf(key)
      const before = running.get(name)
      if (before !== undefined) return await before
      const now = work(key).finally(() => running.delete(name))
      running.set(name, now)
      return await now
    },
    async exchange(key, { egress } = {}) {
      const patienceUntil = after(clock(), patience)
      const done = await refresh(parts, { key, when: { kind: 'now', pin: egress }, patienceUntil })
      if (!isGood(done)) throw errorOf(key, done)
      return await current(key)
    },
    forget: memory.forget,
  }
}

const nameOf = ({ tenant, id }: ConnectionKey): string => `${tenant.length} ${tenant} ${id}`

type Live = AccessToken & { readonly freshUntil: Instant }

/** `live`: undefined where there is none, or none that serves. */
async function readAccess(
  { storage, envelope, clock }: ExchangeParts,
  key: ConnectionKey,
): Promise<{ readonly view: AccessView; readonly live: Live | undefined }> {
  const view = await storage.read(() => findAccess(key))
  if (view === undefined) throw unknownConnection(key)
  const { access, dataKey, generation, instanceUrl } = view
  if (access === null) return { view, live: undefined }
  const issuedAt = instant(access.issuedAt)
  const session = sessionOf(access.issuedAt, access.expiresAt)
  const expiresAt = servesUntil(issuedAt, session)
  if (expiresAt <= clock()) return { view, live: undefined }
  const { attempt } = access
  const lock = lockOf({ key, dataKey }, { purpose: 'access-token', generation: access.generation, attempt })
  const accessToken = await envelope.openText(access.sealed, lock)
  const token: AccessToken = { accessToken, instanceUrl: instanceUrl ?? undefined, expiresAt, generation }
  return { view, live: { ...token, freshUntil: freshUntil(issuedAt, session) } }
}

const sessionOf = (issuedAt: number, expiresAt: number | null): Duration | undefined =>
  expiresAt === null ? undefined : milliseconds(expiresAt - issuedAt)

type Memory = {
  readonly get: (key: ConnectionKey) => AccessToken | undefined
  readonly put: (key: ConnectionKey, live: Live) => AccessToken
  readonly forget: (key: ConnectionKey) => void
}

/** How long a token is handed out from memory before the store is asked whether another process has replaced or removed it. */
const trusted = 1000 // ms
const most = 10_000 // tokens

function openMemory({ clock, monotonic }: ExchangeParts): Memory {
  const tokens = new Map<string, { readonly live: Live; readonly lookAgainAt: number }>()
  return {
    get(key) {
      const known = tokens.get(nameOf(key))
      if (known === undefined || monotonic() >= known.lookAgainAt || clock() >= known.live.freshUntil) return undefined
      return known.live
    },
    put(key, live) {
      if (tokens.size >= most) tokens.clear()
      tokens.set(nameOf(key), { live, lookAgainAt: monotonic() + trusted })
      return live
    },
    forget: (key) => void tokens.delete(nameOf(key)),
  }
}
