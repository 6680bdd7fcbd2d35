/** What an exchanged code comes to: a connection, the next family of one that is there, or an error that says what to do. */
import { secret } from '../../values/secret.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { alive, revokeReplaced } from '../connections.ts'
import { KeeperError } from '../keeper-error.ts'
import { nowOf } from '../refresh/parts.ts'
import { revoke } from '../refresh/revoke.ts'
import { isSameId, type CodeOutcome, type Granted } from '../rules/code-outcome.ts'
import { findAuthorization, type StoredAuthorization } from '../store/authorizations.ts'
import { findConnection, type StoredConnection } from '../store/connection-row.ts'
import type { AdoptGrant, AdoptGrantOutcome } from '../store/grants.ts'
import type { HeldOpen } from '../vault/envelope.ts'
import { linkOver } from './begin.ts'
import { errorFrom, errorText, kept, overdue, type ConnectParts } from './parts.ts'

/** Resolves when the connection is stored. Rejects with a KeeperError; then nothing of what was granted lives on, as far as the org could be told. */
export async function finish(
  parts: ConnectParts,
  login: StoredAuthorization,
  outcome: CodeOutcome,
): Promise<ConnectionKey> {
  switch (outcome.kind) {
    case 'granted':
      return await adopt(parts, login, outcome)
    case 'not-sent': {
      await parts.storage.write('releaseAuthorization', { number: login.number })
      throw new KeeperError('NOT_SENT', `Nothing was sent for ${login.key.id}: ${outcome.why}.`, {
        next: ['See that store and proxy are there, and load the page of the callback again: nothing is lost.'],
      })
    }
    case 'useless':
      await giveBack(parts, login, outcome.token)
      return await end(parts, login, new KeeperError('REFUSED', outcome.why, { next: [outcome.next] }))
    case 'refused':
      return await end(parts, login, new KeeperError(outcome.code, outcome.why, { next: [outcome.next] }))
  }
}

/** Remembers what it has come to, for whoever waits for it elsewhere. */
export async function end(parts: ConnectParts, login: StoredAuthorization, error: KeeperError): Promise<never> {
  await parts.storage.write('closeAuthorization', { number: login.number, error: errorText(error) })
  parts.log.warn('keeper.login-came-to-nothing', { ...login.key, app: login.app, code: error.code })
  throw error
}

/** Otherwise it would count among the five, and live on unseen (L-57). */
async function giveBack(parts: ConnectParts, { key, loginUrl }: StoredAuthorization, token: string): Promise<void> {
  const revoked = await revoke(parts, { loginUrl, token: secret(token), taken: nowOf(parts) })
  parts.log.info('keeper.given-back', { ...key, revoked })
}

/** Between two looks at a connection that others change, too, e.g. because it is exchanged at this moment. */
const mostLooks = 10

async function adopt(parts: ConnectParts, login: StoredAuthorization, granted: Granted): Promise<ConnectionKey> {
  const { key } = login
  const held = await parts.envelope.holdOpen({ kind: 'connection', ...key }, login.dataKey)
  try {
    for (let look = 0; look < mostLooks; look += 1) {
      const before = await parts.storage.read(() => findConnection(key))
      const other = otherUser(login, before, granted)
      if (other !== undefined) {
        await giveBack(parts, login, granted.refreshToken)
        return await end(parts, login, other)
      }
      const into =
        before === undefined ? newOne(parts, login, { granted, held }) : nextOf(parts, before, { login, granted, held })
      const result = await parts.storage.write('adoptGrant', { number: login.number, into, warnAt })
      if (result.kind !== 'committed') throw kept(key)
      if (isMoved(result.value)) continue
      return await told(parts, login, { outcome: result.value, before, granted })
    }
    throw kept(key)
  } finally {
    held.release()
  }
}

/** SF-314: of five. */
const warnAt = 4

const isMoved = ({ kind }: AdoptGrantOutcome): boolean =>
  kind === 'exists' || kind === 'stale-generation' || kind === 'unknown'

type Adopted = {
  readonly outcome: AdoptGrantOutcome
  readonly before: StoredConnection | undefined
  readonly granted: Granted
}

async function told(
  parts: ConnectParts,
  login: StoredAuthorization,
  { outcome, before, granted }: Adopted,
): Promise<ConnectionKey> {
  const { key, app, number } = login
  switch (outcome.kind) {
    case 'adopted': {
      const { generation, approvals, replaced } = outcome
      parts.log.info('keeper.authorized', { ...key, app, generation })
      if (approvals.count >= warnAt)
        parts.log.warn('keeper.many-approvals', { ...key, app, approvals: approvals.count, most: 5 })
      if (replaced !== undefined && before !== undefined) await revokeOld(parts, key, { before, replaced })
      return key
    }
    case 'over':
      return await settledElsewhere(parts, login)
    case 'ticket-over':
      await giveBack(parts, login, granted.refreshToken)
      return await end(parts, login, linkOver())
    case 'unknown-app':
      await giveBack(parts, login, granted.refreshToken)
      return await end(parts, login, new KeeperError('UNKNOWN_APP', `The app ${app} was removed meanwhile.`))
    case 'exists':
    case 'stale-generation':
    case 'unknown':
      throw new Error(`login ${number} was to be looked at again`)
  }
}

/** Another process has dealt with the same reply. */
async function settledElsewhere({ storage }: ConnectParts, login: StoredAuthorization): Promise<ConnectionKey> {
  const found = await storage.read(() => findAuthorization(login.number))
  if (found === undefined) throw overdue('The login is over.')
  if (found.error !== null) throw errorFrom(found.error)
  return login.key
}

type Old = Parameters<typeof revokeReplaced>[2]

/** The login is good whatever becomes of the old family: where that cannot even be opened, this is how it is mended. */
async function revokeOld(parts: ConnectParts, key: ConnectionKey, old: Old): Promise<void> {
  try {
    await revokeReplaced(parts, key, old)
  } catch (cause) {
    parts.log.warn('keeper.replaced-family-not-revoked', { ...key, cause: String(cause) })
  }
}

function otherUser(
  { key, otherUser: allowed }: StoredAuthorization,
  before: StoredConnection | undefined,
  { orgId, userId }: Granted,
): KeeperError | undefined {
  if (allowed || before === undefined || before.orgId === null || before.userId === null) return undefined
  if (isSameId(before.orgId, orgId) && isSameId(before.userId, userId)) return undefined
  const what = isSameId(before.orgId, orgId) ? `the user ${userId}` : `a user of the org ${orgId}`
  return new KeeperError(
    'OTHER_USER',
    `${key.id} belongs to the user ${before.userId} of ${before.orgId}; ${what} has logged in.`,
    {
      next: [
        'Log out of Salesforce in this browser, or use a private window, then log in as the user that the connection belongs to.',
        'Where the connection is to change hands, whoever sent you here has to allow it (allowOtherUser).',
      ],
    },
  )
}

type Means = { readonly granted: Granted; readonly held: HeldOpen }

function newOne(parts: ConnectParts, login: StoredAuthorization, { granted, held }: Means): AdoptGrant['into'] {
  const { key, app, loginUrl, dataKey } = login
  const sealed = sealedTokens(parts, { granted, held, generation: 1 })
  return {
    kind: 'new',
    plan: {
      ...{ key, app, loginUrl, dataKey, soleHolder: true, state: alive(parts, key) },
      ...sealed,
      identity: identityOf(granted),
    },
  }
}

function nextOf(
  parts: ConnectParts,
  { key, generation }: StoredConnection,
  { login, granted, held }: Means & { readonly login: StoredAuthorization },
): AdoptGrant['into'] {
  const sealed = sealedTokens(parts, { granted, held, generation: generation + 1 })
  const { sessionSeconds: _, ...tokens } = sealed
  return {
    kind: 'another',
    plan: {
      ...{ key, generation, dataKey: login.dataKey, soleHolder: true, state: alive(parts, key) },
      ...tokens,
      identity: identityOf(granted),
    },
  }
}

const identityOf = ({ orgId, userId, tokens }: Granted) => ({
  ...{ orgId, userId, username: null, instanceUrl: tokens.instanceUrl ?? null },
})

function sealedTokens({ clock }: ConnectParts, { granted, held, generation }: Means & { readonly generation: number }) {
  const seal = (purpose: 'refresh-token' | 'access-token', text: string): Uint8Array => {
    const bytes = Buffer.from(text, 'utf8')
    const sealed = held.seal(bytes, { purpose, generation, attempt: 0 })
    bytes.fill(0)
    return sealed
  }
  const issuedAt = clock() // our own clock: the server's may be another
  const session = granted.tokens.expiresInSeconds ?? null
  return {
    sealedRefresh: seal('refresh-token', granted.refreshToken),
    access: {
      sealed: seal('access-token', granted.tokens.accessToken),
      ...{ issuedAt, expiresAt: session === null ? null : issuedAt + session * 1000 },
    },
    sessionSeconds: session,
  }
}
