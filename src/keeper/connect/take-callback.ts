/** The end of a login: a callback is held against what was begun, taken once, and its code exchanged. */
import type { ConnectionKey } from '../connection-key.ts'
import { KeeperError } from '../keeper-error.ts'
import { adviceOf } from '../rules/code-outcome.ts'
import { cameTo, readCallback, type Callback } from '../rules/authorization.ts'
import { plainLine } from '../rules/plain-line.ts'
import { mayShareRedirect } from '../rules/salesforce-hosts.ts'
import { findAuthorizationByState, findLoginsBehind, type StoredAuthorization } from '../store/authorizations.ts'
import { exchangeCode } from './exchange-code.ts'
import { end, finish } from './finish.ts'
import { errorFrom, hashOf, kept, notStored, overdue, type ConnectParts } from './parts.ts'

export type TakeOptions = {
  /** Where it is said: only logins of this tenant (P-28). */
  readonly tenant?: string | undefined
  /** What the browser carries that brought it. `not-asked` where no browser did: a program that has the right to has handed it in. */
  readonly browser: { readonly carries: string | undefined } | 'not-asked'
}

export type Taken = { readonly number: number; readonly key: ConnectionKey }

/** Which login it belongs to, with nothing taken yet. Rejects with a KeeperError that says the same to all who should not have it. */
export async function loginOf(
  parts: ConnectParts,
  url: string,
  options: TakeOptions,
): Promise<readonly [StoredAuthorization, Callback]> {
  const callback = readCallback(url)
  if (!callback.ok)
    throw new KeeperError('INVALID', callback.fault, { next: ['Hand in the whole URL that the browser was sent to.'] })
  const login = await parts.storage.read(() => findAuthorizationByState(hashOf(callback.value.state)))
  if (login === undefined || (options.tenant !== undefined && login.key.tenant !== options.tenant)) throw unknown()
  if (!cameTo(url, login.redirectUri)) {
    parts.log.warn('keeper.callback-elsewhere', { ...login.key, app: login.app })
    throw unknown()
  }
  if (!isSameBrowser(login, options)) {
    parts.log.warn('keeper.callback-of-another-browser', { ...login.key, app: login.app })
    throw new KeeperError('UNKNOWN_AUTHORIZATION', 'This login was not begun in this browser.', {
      next: ['Open the link again, and log in here; whoever sent you to the login page may not mean well.'],
    })
  }
  return [login, callback.value]
}

function isSameBrowser({ browserHash, startHash }: StoredAuthorization, { browser }: TakeOptions): boolean {
  if (browser === 'not-asked' || (browserHash === null && startHash === null)) return true
  return browser.carries !== undefined && hashOf(browser.carries) === browserHash
}

const unknown = (): KeeperError =>
  new KeeperError('UNKNOWN_AUTHORIZATION', 'No login was begun here that this answers.', {
    next: ['Authorize again: a login is kept for a day, and may take ten minutes.'],
  })

/** Once for each login: of two callbacks at once one has it. Rejects with a KeeperError. */
export async function takeCallback(parts: ConnectParts, url: string, options: TakeOptions): Promise<Taken> {
  const [login, { answer }] = await loginOf(parts, url, options)
  const { number, key } = login
  await checkShared(parts, login)
  const taken = await parts.storage.write('takeAuthorization', { number })
  if (taken.kind !== 'committed') throw notStored(`the callback for ${key.id}`)
  if (taken.value.kind === 'expired') throw overdue('The login took more than ten minutes.')
  if (taken.value.kind === 'over')
    throw login.error === null ? overdue('This callback was taken before.') : errorFrom(login.error)
  if (answer.kind === 'error') return await end(parts, login, denied(answer))
  return { number, key: await exchange(parts, login, answer.code) }
}

/** Another login host may have come to use the redirect URI since the login was begun. */
async function checkShared({ storage, log }: ConnectParts, { key, app, ...login }: StoredAuthorization): Promise<void> {
  const logins = await storage.read(() => findLoginsBehind(login.redirectUri))
  if (logins.every((each) => mayShareRedirect(login.loginUrl, each))) return
  log.warn('keeper.callback-of-many-login-hosts', { ...key, app })
  throw new KeeperError('INVALID', 'Another login host has this redirect URI by now, and the code may be one of it.', {
    next: ['Give each login host a redirect URI of its own (RFC 9700 section 4.4), then authorize again.'],
  })
}

async function exchange(parts: ConnectParts, login: StoredAuthorization, code: string): Promise<ConnectionKey> {
  const done = await exchangeCode(parts, login, code)
  if (done.kind === 'judged') return await finish(parts, login, done.outcome)
  throw kept(login.key)
}

function denied({ error, description }: Callback['answer'] & { readonly kind: 'error' }): KeeperError {
  return new KeeperError('AUTHORIZATION_DENIED', `The org says ${plainLine(error)}: ${plainLine(description)}`, {
    next: [adviceOf(error)],
  })
}
