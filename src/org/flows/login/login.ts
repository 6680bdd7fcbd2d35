/** Login with user name and password. */
import type { Answer } from '../../browser/answer.ts'

import { browserRefusal, recordAnonymous, writeHistory, type BrowserSubject } from '../../browser/records.ts'
import type { BrowserParts, LoginUser, Visit } from '../../browser/visit.ts'
import { activationIsDue, refusedLogin } from '../../rules/login.ts'
import type { Refusal } from '../../rules/decide.ts'
import { readStartUrl } from '../../rules/start-url.ts'
import { deviceIsKnown, deviceMemory } from '../../store/sessions.ts'
import { findUser } from '../../store/users.ts'
import { publicWords } from '../public-words.ts'
import { deviceHash } from './device.ts'
import { establish } from './establish.ts'
import { askLogin, formIsOurs, loginWords, tooManyTries } from './login-form.ts'
import { startVerification } from './verify.ts'

/** The form of the login page. */
export async function logIn(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const username = (visit.form.get('username') ?? '').trim()
  if (!formIsOurs(parts, visit, { purpose: 'login' }))
    return askLogin(parts, visit, { status: 403, error: loginWords.stale })
  const password = visit.form.get('pw')
  const { loginSteps } = parts.configuration.pages
  if (loginSteps === 2 && password === undefined && username !== '')
    return askLogin(parts, visit, { username, step: 'password' })
  if (!username || !password) return askAgain(parts, visit, loginWords.refused) // nothing was guessed: costs nothing, counts nothing
  return await tryPassword(parts, visit, { username, password })
}

type Credentials = { readonly username: string; readonly password: string }

async function tryPassword(parts: BrowserParts, visit: Visit, { username, password }: Credentials): Promise<Answer> {
  const { loginLimits, passwords } = parts
  const { caller } = visit
  if (loginLimits.exceeded(username, caller, parts.clock())) return await lockedOut(parts, visit, username)
  const user = await passwords.verify(username, password)
  const refusal = refusedLogin({ user, limited: limitOf(parts, visit, { username, user }) })
  if (refusal === undefined && user !== undefined) return await admit(parts, visit, user)
  if (refusal?.code === 'LOGIN_TOO_MANY_FAILURES') return await lockedOut(parts, visit, username)
  if (refusal?.code === 'USER_INACTIVE') {
    const words = publicWords(refusal.code, parts.configuration).description
    return await refuse(parts, visit, { refusal, user, words })
  }
  if (refusal?.code === 'LOGIN_RATE_EXCEEDED') {
    return { ...(await refuse(parts, visit, { refusal, user, words: loginWords.rate })), status: 429 }
  }
  loginLimits.failed(username, caller, parts.clock())
  return await refuseWrong(parts, visit, username)
}

/** Asked after the check as well: of guesses made at the same time, those that end after the limit was reached learn nothing. */
function limitOf(
  { loginLimits, clock }: BrowserParts,
  { caller }: Visit,
  { username, user }: { readonly username: string; readonly user: LoginUser | undefined },
): 'failures' | 'rate' | undefined {
  if (loginLimits.exceeded(username, caller, clock())) return 'failures'
  return user !== undefined && loginLimits.rate.exceeded(user.id, clock()) ? 'rate' : undefined
}

async function admit(parts: BrowserParts, visit: Visit, user: LoginUser): Promise<Answer> {
  const { configuration, settings, loginLimits } = parts
  const remember = visit.form.has('rememberUn')
  const startUrl = readStartUrl(visit.form.get('startURL')) ?? '/'
  const hash = deviceHash(visit.cookies, user.id)
  const since = parts.clock() - deviceMemory
  const known = hash !== undefined && (await parts.storage.read(() => deviceIsKnown(hash, user.id, since)))
  const due = activationIsDue({
    from: visit.caller.from,
    deviceIsKnown: known,
    deviceActivation: configuration.deviceActivation,
    trustedRangesSkip: configuration.trustedRanges.skipActivation,
    trustedRanges: settings.current().trustedRanges,
  })
  const login = { user, startUrl, remember }
  if (due) return await startVerification(parts, visit, login)
  loginLimits.succeeded(user.username)
  return await establish(parts, visit, { ...login, seenDevice: known ? hash : undefined })
}

async function refuseWrong(parts: BrowserParts, visit: Visit, username: string): Promise<Answer> {
  const user = await parts.storage.read(() => findUser(username))
  const refusal: Refusal = { code: 'PASSWORD_WRONG', saw: {} }
  return await refuse(parts, visit, { refusal, user, words: loginWords.refused })
}

async function refuse(
  parts: BrowserParts,
  visit: Visit,
  told: { readonly refusal: Refusal; readonly user: { readonly id: string } | undefined; readonly words: string },
): Promise<Answer> {
  await writeHistory(parts, browserRefusal(parts, subjectOf(visit, told.user), told))
  return askAgain(parts, visit, told.words)
}

/** The attempt was not looked at, so it is not worth a record each time (P-11); the first of each minute is. */
async function lockedOut(parts: BrowserParts, visit: Visit, username: string): Promise<Answer> {
  const user = await parts.storage.read(() => findUser(username))
  const refusal: Refusal = { code: 'LOGIN_TOO_MANY_FAILURES', saw: {} }
  // not waited for: a name that exists would answer later than one that does not
  void recordAnonymous(parts, subjectOf(visit, user), { refusal })
  return tooManyTries(parts)
}

function askAgain(parts: BrowserParts, visit: Visit, error: string): Answer {
  const step = parts.configuration.pages.loginSteps === 2 && visit.form.has('pw') ? 'password' : undefined
  const username = visit.form.get('username') ?? ''
  return askLogin(parts, visit, { error, username, ...(step && { step }) })
}

function subjectOf({ caller }: Visit, user: { readonly id: string } | undefined): BrowserSubject {
  return { act: 'login', caller, app: null, userId: user?.id ?? null }
}

/** `/`, `/login`: the page itself. */
export function showLogin(parts: BrowserParts, visit: Visit): Answer {
  return askLogin(parts, visit, {})
}
