/** The addresses of the pages, as drivers of real clients recognise them (SF-89). */

export const consentPath = '/setup/secur/RemoteAccessAuthorizationPage.apexp'
export const errorPath = '/setup/secur/RemoteAccessErrorPage.apexp'
/** Named by analogy (SF-91). */
export const verificationPath = '/_ui/identity/verification/method/EmailVerificationFinishUi/e'
export const loginPath = '/login'
export const logoutPath = '/secur/logout.jsp'

const sourceMark = `${consentPath}?source=`

/** The consent page of a pending authorization, sealed. */
export const consentUrl = (source: string): string => `${sourceMark}${source}`
export const verificationUrl = (source: string): string => `${verificationPath}?source=${source}`
export const errorUrl = (code: string): string => `${errorPath}?error=${encodeURIComponent(code)}`

/** `ec=302` is what tells a driver that this is the login page; what to go on to is encoded, so that no other page is recognised in it. */
export const loginUrl = (startUrl: string): string => `/?ec=302&startURL=${encodeURIComponent(startUrl)}`
export const logoutUrl = (startUrl: string): string => `${logoutPath}?startURL=${encodeURIComponent(startUrl)}`

/** The sealed authorization that a login goes on to, if it does. */
export function sourceIn(startUrl: string | undefined): string | undefined {
  return startUrl?.startsWith(sourceMark) === true ? startUrl.slice(sourceMark.length) : undefined
}
