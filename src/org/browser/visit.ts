/** One request of a browser, read once: who asks, with which cookies, and what for. */
import type { Caller, OrgParts } from '../parts.ts'
import type { LoginLimits } from '../flows/login/limits.ts'
import type { CookieJar } from './cookies.ts'

export type Visit = {
  /** The query of a GET, the body of a POST; each name once. */
  readonly form: ReadonlyMap<string, string>
  readonly cookies: CookieJar
  readonly caller: Caller
}

/** A user as a login needs him. */
export type LoginUser = { readonly id: string; readonly username: string; readonly isActive: boolean }

/** The password check. It costs the same for an unknown name as for a wrong password, and says undefined for both. */
export type PasswordChecks = {
  readonly verify: (username: string, password: string) => Promise<LoginUser | undefined>
}

/** What the browser side works with. */
export type BrowserParts = OrgParts & { readonly passwords: PasswordChecks; readonly loginLimits: LoginLimits }
