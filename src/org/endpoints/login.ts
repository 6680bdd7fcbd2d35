/** The login page, home, and logout (SF-87, SF-89). */
import { loginPath, logoutPath } from '../browser/paths.ts'
import type { BrowserRoute } from '../browser/serve.ts'
import { logOutByForm, logOutByLink, showHome } from '../flows/login/log-out.ts'
import { logIn, showLogin } from '../flows/login/login.ts'

export const loginRoutes: readonly BrowserRoute[] = [
  { method: 'GET', url: '/', answer: showHome },
  { method: 'GET', url: loginPath, answer: showLogin },
  { method: 'POST', url: loginPath, answer: logIn },
  { method: 'GET', url: logoutPath, answer: logOutByLink },
  { method: 'POST', url: logoutPath, answer: logOutByForm },
]
