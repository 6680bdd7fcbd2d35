/** The login page: what it is filled with, and what its form is bound to. */
import { page, type Answer, type PageOptions } from '../../browser/answer.ts'
import { csrfFits, csrfToken, type FormPurpose } from '../../browser/csrf.ts'
import { loginPath, loginUrl, sourceIn } from '../../browser/paths.ts'
import { freshCookie } from '../../browser/sessions.ts'
import type { BrowserParts, Visit } from '../../browser/visit.ts'
import { loginPage, type LoginStep } from '../../pages/login.ts'
import { tooManyTriesPage } from '../../pages/too-many-tries.ts'
import { readAuthorizeParameters } from '../../rules/authorize-parameters.ts'
import { readStartUrl } from '../../rules/start-url.ts'
import { frameOf, judge } from '../authorize/judge.ts'
import { openPending } from '../authorize/pending.ts'

export type LoginForm = {
  readonly status?: number
  readonly error?: string
  /** Given where a try was refused or a first step was taken; left out, it is the hint or what the browser remembers. */
  readonly username?: string
  readonly step?: LoginStep
}

export function askLogin(
  parts: BrowserParts,
  visit: Visit,
  { status = 200, error, username, step }: LoginForm,
): Answer {
  const { cookies } = visit
  const startUrl = readStartUrl(visit.form.get('startURL'))
  const pending = openPending(sourceIn(startUrl), parts)
  const parameters = readAuthorizeParameters(pending?.form ?? new Map())
  const judged = pending && judge(parts, pending.form, visit)
  const request = judged?.kind === 'sound' ? judged.request : undefined
  const remembered = cookies.read('rememberUn')
  const bound = boundTo(parts, visit)
  const document = loginPage({
    ...frameOf(parts, parameters),
    csrf: csrfToken({ purpose: 'login', bound: bound.value }, parts.keyring),
    startUrl,
    action: loginPath,
    step: step ?? (parts.configuration.pages.loginSteps === 2 ? 'username' : 'whole'),
    username: username ?? parameters.loginHint ?? remembered ?? '',
    rememberUsername: remembered !== undefined,
    error,
    app: request && { label: request.app.label },
    otherUserUrl: loginUrl(startUrl ?? '/'),
  })
  return page(document, { status, cookies: bound.cookies, callback: request?.to.uri })
}

/** Says the same for every name, known or not. */
export function tooManyTries(parts: BrowserParts): Answer {
  const retryAfter = parts.loginLimits.window
  return page(tooManyTriesPage({ ...frameOf(parts), retryAfter, loginUrl: loginPath }), { status: 429, retryAfter })
}

/** What the forms before a login are bound to: a random cookie of this browser, set on the first of them. */
export function boundTo(
  parts: BrowserParts,
  { cookies }: Pick<Visit, 'cookies'>,
): { readonly value: string } & Required<Pick<PageOptions, 'cookies'>> {
  const value = cookies.read('form')
  if (value !== undefined && value.length === 43) return { value, cookies: [] }
  const fresh = freshCookie(parts)
  return { value: fresh, cookies: [cookies.set('form', fresh)] }
}

/** Whether the posted form is one that this org gave to this browser. */
export function formIsOurs(
  parts: BrowserParts,
  { form, cookies }: Pick<Visit, 'form' | 'cookies'>,
  about: { readonly purpose: FormPurpose; readonly about?: string },
): boolean {
  const bound = cookies.read('form')
  return bound !== undefined && csrfFits(form.get('csrf'), { ...about, bound }, parts.keyring)
}

export const loginWords: { readonly refused: string; readonly stale: string; readonly rate: string } = {
  // one sentence for a wrong name and a wrong password, so that it tells neither
  refused: 'Please check your username and password. If you still can’t log in, contact your administrator.',
  stale: 'This page had expired. Please log in again.',
  rate: 'You have logged in too often within the hour. Try again later.',
}
