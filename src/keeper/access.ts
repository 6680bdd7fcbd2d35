/** A live access token: from memory while it is fresh, from the store where somebody else has exchanged, and by an exchange where it is due. However
 *  many ask at once, one exchange answers them all (L-34). */
import { hash } from 'node:crypto'
import type { Secret } from '../values/secret.ts'
import { after, instant, milliseconds, seconds, type Duration, type Instant } from '../values/time.ts'
import { openBrake, RefusedAgain, type Brake } from './brake.ts'
import type { ConnectionKey } from './connection-key.ts'
import { errorOf, isGood, unknownConnection } from './error-of.ts'
import { isOver } from './is-over.ts'
import { KeeperError } from './keeper-error.ts'
import type { AccessToken } from './keeper-face.ts'
import { lotOf } from './refresh/lot.ts'
import { lockOf, type ExchangeParts } from './refresh/parts.ts'
import { refresh } from './refresh/refresh.ts'
import { aheadAt, freshUntil, inUseFrom, servesUntil } from './rules/due.ts'
import { sessionAfterRefusal } from './rules/session.ts'
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
  const brake = openBrake(parts)
  const running = new Map<string, Promise<AccessToken>>()
  const once = async (name: string, work: () => Promise<AccessToken>): Promise<AccessToken> => {
    const before = running.get(name)
    if (before !== undefined) return await before
    const now = work().finally(() => running.delete(name))
    running.set(name, now)
    return await now
  }
  return {
    async get(key, { refused } = {}) {
      const name = nameOf(key)
      if (refused !== undefined)
        return await once(`${hash('sha256', refused)} ${name}`, () =>
          afterRefusal(parts, { memory, brake }, { key, refused }),
        )
      const known = memory.get(key)
      if (known !== undefined) return known
      return await once(name, () => find(parts, memory, key))
    },
    async exchange(key, { egress } = {}) {
      const patienceUntil = after(clock(), patience)
      const done = await refresh(parts, { key, when: { kind: 'now', pin: egress }, patienceUntil })
      if (!isGood(done)) throw errorOf(key, done)
      return await current(parts, memory, key)
    },
    forget: memory.forget,
  }
}

async function find(parts: ExchangeParts, memory: Memory, key: ConnectionKey): Promise<AccessToken> {
  const { clock } = parts
  const { view, live } = await readAccess(parts, key, memory.opened(key))
  if (live !== undefined && clock() < live.freshUntil) {
    if (clock() >= live.inUseFrom) noteUse(parts, key, view)
    return memory.put(key, live)
  }
  const when = { kind: 'unless-newer', than: view.access } as const
  const done = await refresh(parts, { key, when, patienceUntil: after(clock(), patience) })
  if (isGood(done)) return await current(parts, memory, key)
  // what still serves is handed out, whatever became of the exchange
  if (live !== undefined && clock() < live.token.expiresAt) return live.token
  throw errorOf(key, done)
}

/** The org has answered 401 to it: where it is still the one that is stored, it has to be exchanged; however many say so, once. */
async function afterRefusal(
  parts: ExchangeParts,
  { memory, brake }: { readonly memory: Memory; readonly brake: Brake },
  { key, refused }: { readonly key: ConnectionKey; readonly refused: string },
): Promise<AccessToken> {
  const { view, live } = await readAccess(parts, key)
  if (live !== undefined && live.token.accessToken.expose() !== refused) return memory.put(key, live)
  memory.forget(key)
  const name = nameOf(key)
  if (live !== undefined) {
    const until = brake.until(name, view.access)
    if (until !== undefined && !(await isOver(parts, key, live.token))) throw new RefusedAgain(key, until)
    if (!brake.isAgain(name, view.access)) await learn(parts, key, view)
  }
  const when = { kind: 'unless-newer', than: view.access } as const
  const done = await refresh(parts, { key, when, patienceUntil: after(parts.clock(), patience) })
  if (!isGood(done)) throw errorOf(key, done)
  const next = await readAccess(parts, key)
  if (live !== undefined) brake.came(name, { refused: view.access, instead: next.view.access })
  return handOut(memory, key, next.live)
}

async function current(parts: ExchangeParts, memory: Memory, key: ConnectionKey): Promise<AccessToken> {
  return handOut(memory, key, (await readAccess(parts, key)).live)
}

function handOut(memory: Memory, key: ConnectionKey, live: Live | undefined): AccessToken {
  if (live !== undefined) return memory.put(key, live)
  throw new KeeperError('SERVER_TROUBLE', 'The access token that has just come does not serve any more.')
}

const nameOf = ({ tenant, id }: ConnectionKey): string => `${tenant.length} ${tenant} ${id}`

type Live = {
  readonly token: AccessToken
  /** As it lies in the store. */
  readonly sealed: Uint8Array
  readonly freshUntil: Instant
  readonly inUseFrom: Instant
}

/** `live`: undefined where there is none, or none that serves. `opened` before need not be opened again where it is still the one that is stored. */
async function readAccess(
  parts: ExchangeParts,
  key: ConnectionKey,
  opened?: Live,
): Promise<{ readonly view: AccessView; readonly live: Live | undefined }> {
  const view = await parts.storage.read(() => findAccess(key))
  if (view === undefined) throw unknownConnection(key)
  const { access, generation, instanceUrl } = view
  if (access === null) return { view, live: undefined }
  const issuedAt = instant(access.issuedAt)
  const session = sessionOf(view)
  const expiresAt = servesUntil(issuedAt, session)
  if (expiresAt <= parts.clock()) return { view, live: undefined }
  const { sealed } = access
  const isSame = opened !== undefined && Buffer.compare(opened.sealed, sealed) === 0
  const accessToken = isSame ? opened.token.accessToken : await openAccessToken(parts, key, view)
  const token: AccessToken = { accessToken, instanceUrl: instanceUrl ?? undefined, expiresAt, generation }
  const moments = { freshUntil: freshUntil(issuedAt, session), inUseFrom: inUseFrom(issuedAt, session) }
  return { view, live: { token, sealed, ...moments } }
}

async function openAccessToken({ envelope }: ExchangeParts, key: ConnectionKey, view: AccessView): Promise<Secret> {
  const { access, dataKey } = view
  if (access === null) throw new Error('there is no access token to open')
  const { generation, attempt } = access
  return await envelope.openText(
    access.sealed,
    lockOf({ key, dataKey }, { purpose: 'access-token', generation, attempt }),
  )
}

/** As it was said with the token, but for one that was refused sooner. */
function sessionOf({ access, sessionSeconds }: AccessView): Duration | undefined {
  const learned = sessionSeconds === null ? undefined : seconds(sessionSeconds)
  if (access === null || access.expiresAt === null) return learned
  const said = access.expiresAt - access.issuedAt
  return milliseconds(Math.min(said, learned ?? said))
}

/** One that is asked for in the second half of its time is exchanged before its end, by whichever process looks after it then. */
function noteUse({ storage }: ExchangeParts, key: ConnectionKey, view: AccessView): void {
  if (view.access === null || view.state !== 'alive' || view.nextDueAt === null) return
  const at = aheadAt(instant(view.access.issuedAt), sessionOf(view), lotOf(key))
  // a write never rejects, and nothing is lost where it is not taken: the next who asks does it
  if (view.nextDueAt > at) void storage.write('makeDue', { key, state: view.state, generation: view.generation, at })
}

/** Before the exchange, so that what is decided of the connection is decided with it. */
async function learn({ storage, clock }: ExchangeParts, key: ConnectionKey, view: AccessView): Promise<void> {
  const { access, sessionSeconds, sessionRefusals, sessionServed } = view
  if (access === null) return
  const before = { seconds: sessionSeconds, refusals: sessionRefusals, served: sessionServed }
  const learned = sessionAfterRefusal(before, instant(access.issuedAt), clock())
  if (learned === undefined || learned.seconds === null) return
  await storage.write('learnSession', {
    ...{ key, generation: access.generation, attempt: access.attempt },
    ...{ knew: sessionRefusals, seconds: learned.seconds, refusals: learned.refusals },
  })
}

type Memory = {
  readonly get: (key: ConnectionKey) => AccessToken | undefined
  /** The last one, however old. */
  readonly opened: (key: ConnectionKey) => Live | undefined
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
      return known.live.token
    },
    opened: (key) => tokens.get(nameOf(key))?.live,
    put(key, live) {
      const [oldest] = tokens.size >= most ? tokens.keys() : []
      if (oldest !== undefined) tokens.delete(oldest)
      tokens.set(nameOf(key), { live, lookAgainAt: monotonic() + trusted })
      return live.token
    },
    forget: (key) => void tokens.delete(nameOf(key)),
  }
}
