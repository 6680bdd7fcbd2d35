/** Home, and the way out of the browser login. Grants of apps are untouched by either. */
import { goTo, page, type Answer } from '../../browser/answer.ts'
import { csrfFits, csrfToken, type FormBinding } from '../../browser/csrf.ts'
import { loginPath, loginUrl, logoutPath } from '../../browser/paths.ts'
import { claimedSession, currentSession, type BrowserSession } from '../../browser/sessions.ts'
import type { BrowserParts, Visit } from '../../browser/visit.ts'
import { homePage } from '../../pages/home.ts'
import { loggedOutPage } from '../../pages/logged-out.ts'
import { readStartUrl } from '../../rules/start-url.ts'
import { frameOf, unavailable } from '../authorize/judge.ts'
import { showLogin } from './login.ts'

/** `/`: the login page where a login is asked for (`ec`, `startURL`; SF-89) or missing, else who one is. */
export async function showHome(parts: BrowserParts, visit: Visit): Promise<Answer> {
  if (visit.form.has('ec') || visit.form.has('startURL')) return showLogin(parts, visit)
  const session = await currentSession(parts, visit)
  return session === undefined ? showLogin(parts, visit) : home(parts, session)
}

/** A link, as Salesforce has it: at worst, another site makes someone log in again. */
export async function logOutByLink(parts: BrowserParts, visit: Visit): Promise<Answer> {
  return await logOut(parts, visit)
}

/** The button on the home page. */
export async function logOutByForm(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const session = await currentSession(parts, visit)
  if (session !== undefined && !csrfFits(visit.form.get('csrf'), binding(session), parts.keyring))
    return { ...home(parts, session), status: 403 }
  return await logOut(parts, visit)
}

async function logOut(parts: BrowserParts, visit: Visit): Promise<Answer> {
  const hash = claimedSession(visit)
  if (hash !== undefined) {
    const result = await parts.storage.write('endSession', hash)
    if (result.kind !== 'committed') return unavailable(parts, result)
  }
  const cookies = [visit.cookies.clear('sid')]
  const startUrl = readStartUrl(visit.form.get('startURL'))
  if (startUrl !== undefined) return goTo(loginUrl(startUrl), cookies)
  return page(loggedOutPage({ ...frameOf(parts), loginUrl: loginPath }), { cookies })
}

function home(parts: BrowserParts, session: BrowserSession): Answer {
  const csrf = csrfToken(binding(session), parts.keyring)
  return page(homePage({ ...frameOf(parts), user: session.profile, logoutAction: logoutPath, csrf }))
}

const binding = ({ hash }: BrowserSession): FormBinding => ({ purpose: 'logout', bound: hash })
