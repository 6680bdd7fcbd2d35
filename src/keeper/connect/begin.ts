/** The beginning of a login: what is remembered of it, and where the user is sent. */
import { hash } from 'node:crypto'
import { secret, type Secret } from '../../values/secret.ts'
import { minutes } from '../../values/time.ts'
import type { ConnectionKey } from '../connection-key.ts'
import { unknownApp } from '../error-of.ts'
import { KeeperError } from '../keeper-error.ts'
import type { ConnectWish } from '../login-face.ts'
import { authorizeUrl, faultOfPrompt, faultOfScopes, parseRedirect, type Redirect } from '../rules/authorization.ts'
import { mayShareRedirect } from '../rules/salesforce-hosts.ts'
import { findApp, type StoredApp } from '../store/apps.ts'
import { findAuthorizationByStart, findLoginsBehind, mostLogins, type Begin } from '../store/authorizations.ts'
import { findConnection } from '../store/connection-row.ts'
import { freshText, hashOf, lockOfLogin, notStored, overdue, type ConnectParts } from './parts.ts'

export type Beginning = Omit<ConnectWish, 'id' | 'tenant' | 'callback'> & {
  readonly key: ConnectionKey
  readonly app: string
  /** What the browser that began it carries, and has to bring back. */
  readonly browser?: string | undefined
  readonly ticketHash?: string | undefined
}

export type Begun = {
  readonly number: number
  /** Empty where the login page is opened by a ticket. */
  readonly url: string
  readonly ticket: Secret | undefined
  readonly state: string
  readonly redirectUri: string
  readonly loopback: Redirect['loopback']
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** For which a user may take until he comes back. */
const patience = minutes(10)

/** Rejects with a KeeperError. */
export async function begin(parts: ConnectParts, beginning: Beginning): Promise<Begun> {
  const { storage, envelope, random } = parts
  const { key } = beginning
  const app = await appOf(parts, beginning)
  const before = await storage.read(() => findConnection(key))
  if (before !== undefined && before.app !== beginning.app)
    throw invalid(`${key.id} belongs to the app ${before.app}.`, `Authorize it with ${before.app}.`)
  if (before !== undefined && before.handedOverAt !== null)
    throw invalid(`Another keeper has ${key.id} by now.`, 'Authorize it there, or remove it here first.')
  const loginUrl = before?.loginUrl ?? app.loginUrl
  const scopes = checkedScopes(beginning, app)
  const { text: redirectUri, redirect } = await redirectOf(parts, { beginning, app, loginUrl })
  const [state, verifier] = [freshText(random), freshText(random)]
  const number = Buffer.from(random(6)).readUIntBE(0, 6)
  const dataKey = await envelope.newDataKey({ kind: 'connection', ...key })
  const url = authorizeUrl({
    ...{ loginUrl, clientId: app.clientId, redirectUri, scopes, state: state.expose() },
    challenge: hash('sha256', verifier.expose(), 'base64url'),
    ...{ loginHint: beginning.loginHint, prompt: beginning.prompt },
  })
  const ticket = beginning.inOneBrowser === true ? freshText(random) : undefined
  const lock = lockOfLogin({ key, dataKey, number }, 'login-page')
  const result = await storage.write('beginAuthorization', {
    ...{ number, key, app: beginning.app, loginUrl, redirectUri, dataKey, forMs: patience },
    ...{ stateHash: hashOf(state.expose()), ticketHash: beginning.ticketHash ?? null },
    startHash: ticket === undefined ? null : hashOf(ticket.expose()),
    sealedStart: ticket === undefined ? null : await envelope.sealText(secret(url), lock),
    browserHash: beginning.browser === undefined ? null : hashOf(beginning.browser),
    otherUser: beginning.allowOtherUser ?? false,
    sealedVerifier: await envelope.sealText(verifier, lockOfLogin({ key, dataKey, number }, 'code-verifier')),
  })
  if (result.kind !== 'committed') throw notStored(`the login of ${key.id}`)
  if (result.value.kind === 'expired-ticket') throw linkOver()
  if (result.value.kind === 'too-many') throw tooMany(result.value)
  const { expiresAt } = result.value
  const shown = ticket === undefined ? url : ''
  return { number, url: shown, ticket, state: state.expose(), redirectUri, loopback: redirect.loopback, expiresAt }
}

/** What `browser` is to bring back from now on. Rejects with a KeeperError. */
export async function start(parts: ConnectParts, ticket: string, browser: string): Promise<{ readonly url: string }> {
  const { storage, envelope } = parts
  const startHash = hashOf(ticket)
  const result = await storage.write('startAuthorization', { startHash, browserHash: hashOf(browser) })
  if (result.kind !== 'committed') throw notStored('which browser the login was begun in')
  const login =
    result.value.kind === 'started' ? await storage.read(() => findAuthorizationByStart(startHash)) : undefined
  if (login === undefined || login.sealedStart === null)
    throw overdue('This login was opened in another browser, has ended, or took more than ten minutes.')
  const url = await envelope.openText(login.sealedStart, lockOfLogin(login, 'login-page'))
  return { url: url.expose() }
}

/** Whoever begins logins and does not end them fills the store. */
const tooMany = ({ of, until }: Begin & { readonly kind: 'too-many' }): KeeperError =>
  new KeeperError(
    'TOO_MANY_LOGINS',
    of === 'one'
      ? `${mostLogins.ofOne} logins of this tenant wait for their callback, and more may not.`
      : `${mostLogins.ofAll} logins wait for their callback, and more may not.`,
    {
      retryAt: until,
      next: ['Begin a login when a person has asked for it; each that is not ended is over after ten minutes.'],
    },
  )

export const linkOver = (): KeeperError =>
  new KeeperError('LINK_OVER', 'This link was used, was withdrawn, or its time is over.', {
    next: ['Ask whoever sent it for another one.'],
  })

const invalid = (why: string, ...next: readonly string[]): KeeperError => new KeeperError('INVALID', why, { next })

async function appOf({ storage }: ConnectParts, { key, app }: Beginning): Promise<StoredApp> {
  const found = await storage.read(() => findApp({ tenant: key.tenant, name: app }))
  if (found !== undefined) return found
  throw unknownApp(key.tenant, app)
}

function checkedScopes({ scopes, prompt }: Beginning, app: StoredApp): string | undefined {
  const asked = scopes ?? app.scopes ?? undefined
  const fault = faultOfScopes(asked)
  if (fault !== undefined) throw invalid(fault, 'Ask for refresh_token as well, e.g. "api refresh_token" (SF-78).')
  const wrong = faultOfPrompt(prompt)
  if (wrong !== undefined) throw invalid(wrong, 'Leave it out, or write login.')
  return asked
}

type About = { readonly beginning: Beginning; readonly app: StoredApp; readonly loginUrl: string }

async function redirectOf(
  { storage }: ConnectParts,
  { beginning, app, loginUrl }: About,
): Promise<{ readonly text: string; readonly redirect: Redirect }> {
  const text = beginning.redirectUri ?? app.redirectUri ?? undefined
  if (text === undefined)
    throw invalid(
      `The app ${beginning.app} has no redirect URI.`,
      'Save it with one of the callback URLs that it has in Setup.',
    )
  const redirect = parseRedirect(text)
  if (!redirect.ok)
    throw invalid(`The redirect URI ${redirect.fault}.`, 'Write one of the callback URLs that the app has in Setup.')
  const logins = await storage.read(() => findLoginsBehind(text))
  if (!logins.every((each) => mayShareRedirect(loginUrl, each)))
    throw invalid(
      'Another login host has this redirect URI, and a code could be brought to the wrong one.',
      'Give each login host a redirect URI of its own (RFC 9700 section 4.4).',
    )
  return { text, redirect: redirect.value }
}
