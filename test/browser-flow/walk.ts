/** The walks that most tests begin with. */
import { callback, clientId, user } from './flow-org.ts'
import type { Page, Visitor } from './visitor.ts'

export const challenge = 'HrEA9_Q56Mp8qZRAxQvZE92KA5muvx9LCKm-CieKE1k' // SF-95

/** The path of an authorization request; `undefined` leaves a parameter out. */
export function authorizePath(change: Readonly<Record<string, string | undefined>> = {}): string {
  const parameters = {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: callback, code_challenge: challenge },
    ...change,
  }
  const pairs = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `/services/oauth2/authorize?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

/** From the login page to what follows a right password. */
export async function logIn(
  visitor: Visitor,
  loginPage: Page,
  { username, password }: { readonly username: string; readonly password: string } = user,
): Promise<Page> {
  return await visitor.submit(loginPage, { username, pw: password, Login: 'Log In' })
}

/** From nothing to the consent page. */
export async function toConsent(visitor: Visitor, path: string): Promise<Page> {
  const loginPage = await visitor.follow(await visitor.get(path))
  return await visitor.follow(await logIn(visitor, loginPage))
}

export const allow = { oaapprove: 'Allow' }
export const deny = { oadeny: 'Deny' }

/** The parameters that a callback was given. */
export function answered(page: Page): Record<string, string> {
  return Object.fromEntries(new URL(page.location).searchParams)
}
