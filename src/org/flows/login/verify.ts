/** Device activation: a browser that is not known proves itself by a code (SF-150, SF-315). */
import { goTo, page, type Answer } from '../../browser/answer.ts'
import { csrfToken } from '../../browser/csrf.ts'
import { loginPath, sourceIn, verificationPath, verificationUrl } from '../../browser/paths.ts'
import { readProfile } from '../../browser/profile.ts'
import { browserRefusal, browserSuccess, recordAnonymous, type BrowserSubject } from '../../browser/records.ts'
import type { BrowserParts, LoginUser, Visit } from '../../browser/visit.ts'
import { verificationPage } from '../../pages/verification.ts'
import { findUserById, type UserRow } from '../../store/users.ts'
import { sha256Hex } from '../../tokens/mac.ts'
import { frameOf, judge, unavailable } from '../authorize/judge.ts'
import { openPending } from '../authorize/pending.ts'
import { formatAddress } from '../../../ip/address.ts'
import { codeLimits, freshCode, hashCode } from './code.ts'
import { freshDevice } from './device.ts'
import { arrive, freshSession, rememberCookie, type Login } from './establish.ts'
import { boundTo, formIsOurs, tooManyTries } from './login-form.ts'
import { openPendingLogin, sealPendingLogin, type PendingLogin } from './pending-login.ts'

/** The password was right; a code is made, unless one is still good, and asked for. */
export async function startVerification(parts: BrowserParts, visit: Visit, login: Login): Promise<Answer> {
  const { user, startUrl, remember } = login
  const made = await makeCode(parts, visit, { userId: user.id, replaceLive: false })
  if (made !== undefined) return made
  const bound = boundTo(parts, visit)
  const source = sealPendingLogin({ userId: user.id, startUrl, remember }, bound.value, parts)
  return goTo(verificationUrl(source), bound.cookies)
}

export async function showVerification(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const way = await resume(parts, visit)
  return way === undefined ? goTo(loginPath) : askCode(parts, visit, { ...way })
}

/** The form of the verification page: `emc` with `save`, or `resend`. */
export async function answerVerification(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const way = await resume(parts, visit)
  if (way === undefined) return goTo(loginPath)
  const { user, source } = way
  if (!formIsOurs(parts, visit, { purpose: 'verification', about: sha256Hex(source) }))
    return askCode(parts, visit, { ...way, status: 403, error: words.stale })
  if (parts.loginLimits.exceeded(user.username, visit.caller, parts.clock())) return await lockedOut(parts, visit, user)
  if (visit.form.has('resend')) {
    const failed = await makeCode(parts, visit, { userId: user.id, replaceLive: true })
    return failed ?? askCode(parts, visit, way)
  }
  return await tryCode(parts, visit, way)
}

type OnItsWay = {
  readonly pending: PendingLogin
  readonly user: LoginUser & { row: UserRow }
  readonly source: string
}

async function resume(parts: BrowserParts, { form, cookies }: Visit): Promise<OnItsWay | undefined> {
  const source = form.get('source')
  const pending = openPendingLogin(source, cookies.read('form'), parts)
  if (pending === undefined || source === undefined) return undefined
  const row = await parts.storage.read(() => findUserById(pending.userId))
  if (row?.isActive !== 1) return undefined // deactivated since the password was checked: the login page has the words for it
  return { pending, user: { id: row.id, username: row.username, isActive: true, row }, source }
}

async function tryCode(parts: BrowserParts, visit: Visit, way: OnItsWay): Promise<Answer> {
  const { user, pending } = way
  const now = parts.clock()
  const device = freshDevice(parts, visit.cookies, user.id)
  const session = freshSession(parts, visit, { userId: user.id, seenDevice: undefined })
  const subject = subjectOf(visit, user)
  parts.loginLimits.failed(user.username, visit.caller, now) // codes are guessed as passwords are; taken back below
  const result = await parts.storage.write('verifyLogin', {
    userId: user.id,
    hash: hashCode(parts.keyring, user.id, visit.form.get('emc')?.trim() ?? ''),
    limits: codeLimits(now),
    session: session.row,
    device: device.hash,
    won: browserSuccess(parts, subject),
    lost: browserRefusal(parts, subject, { refusal: { code: 'VERIFICATION_CODE_WRONG', saw: {} } }),
  })
  if (result.kind === 'committed' && result.value === 'wrong')
    return askCode(parts, visit, { ...way, error: words.wrong })
  parts.loginLimits.takeBack(user.username, visit.caller)
  if (result.kind !== 'committed') return unavailable(parts, result)
  parts.loginLimits.succeeded(user.username)
  const login = { user, startUrl: pending.startUrl, remember: pending.remember }
  return arrive(parts, login, [session.cookie, device.cookie, ...rememberCookie(visit.cookies, login)])
}

/** An answer only where the store failed. */
async function makeCode(
  parts: BrowserParts,
  visit: Visit,
  { userId, replaceLive }: { readonly userId: string; readonly replaceLive: boolean },
): Promise<Answer | undefined> {
  const at = parts.clock()
  const from = formatAddress(visit.caller.from.address)
  const result = await parts.storage.write('prepareVerification', {
    ...{ userId, at, replaceLive, limits: codeLimits(at) },
    ...freshCode(parts, userId),
    history: browserRefusal(parts, subjectOf(visit, { id: userId }), {
      refusal: { code: 'DEVICE_NOT_ACTIVATED', saw: { from } },
    }),
  })
  return result.kind === 'committed' ? undefined : unavailable(parts, result)
}

function askCode(
  parts: BrowserParts,
  visit: Visit,
  { user, pending, source, status = 200, error }: OnItsWay & { readonly status?: number; readonly error?: string },
): Answer {
  const authorization = openPending(sourceIn(pending.startUrl), parts)
  const judged = authorization && judge(parts, authorization.form, visit)
  const request = judged?.kind === 'sound' ? judged.request : undefined
  const bound = boundTo(parts, visit)
  const profile = readProfile(user.username, user.row.content)
  const document = verificationPage({
    ...frameOf(parts, request?.parameters),
    csrf: csrfToken({ purpose: 'verification', bound: bound.value, about: sha256Hex(source) }, parts.keyring),
    source,
    action: verificationPath,
    username: user.username,
    codeSource: { kind: 'email', maskedAddress: profile.maskedEmail },
    offerRemember: false, // a browser that has proved itself is always remembered
    offerResend: true,
    error,
  })
  return page(document, { status, cookies: bound.cookies, callback: request?.to.uri })
}

async function lockedOut(parts: BrowserParts, visit: Visit, user: LoginUser): Promise<Answer> {
  // not waited for: a name that exists would answer later than one that does not
  void recordAnonymous(parts, subjectOf(visit, user), { refusal: { code: 'LOGIN_TOO_MANY_FAILURES', saw: {} } })
  return tooManyTries(parts)
}

function subjectOf({ caller }: Visit, { id }: { readonly id: string }): BrowserSubject {
  return { act: 'login', caller, app: null, userId: id }
}

const words = {
  wrong: 'That code is wrong or has expired. Enter the newest one, or ask for another.',
  stale: 'This page had expired. Please enter the code again.',
}
