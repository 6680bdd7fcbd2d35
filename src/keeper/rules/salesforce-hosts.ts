/** Which hosts are Salesforce's, and to which of them a connection's access token may go (P-28). */
import { fault, ok, type Result } from '../../values/result.ts'
import { parseHost } from '../../ip/hosts.ts'
import { isLoginHost, onlySalesforce, type LoginHosts } from './login-hosts.ts'
import { isSalesforceHost } from './salesforce-domains.ts'

/** Loopback, as an org in a test has it. */
export const isLoopbackHost = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host)

/** What a token reply may name as its org: a URL of the login host, of Salesforce over https, or of a host that is listed. Whatever else it says is not
 *  believed. */
export function isHostOfOrg(url: URL, loginUrl: string, listed: LoginHosts = onlySalesforce): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.origin === new URL(loginUrl).origin) return true
  if (url.protocol !== 'https:' || url.hostname === '') return false
  if (isSalesforceHost(url.hostname)) return url.port === ''
  const host = parseHost(url.hostname)
  return host.ok && isLoginHost(listed, host.value)
}

/** The instance that a reply or a caller names, where it may be believed. */
export function instanceOf(
  text: string | null | undefined,
  { loginUrl, listed }: Pick<OwnHosts, 'loginUrl' | 'listed'>,
): string | undefined {
  const url = text === null || text === undefined ? null : URL.parse(text)
  return url !== null && isHostOfOrg(url, loginUrl, listed) ? (text ?? undefined) : undefined
}

/** Whether a login at the first may come back to a redirect URI to which logins at the other come back as well. Without RFC 9207, which Salesforce does not
 *  speak, nothing in a callback tells which login host it comes from: an evil one could have a code of another brought to itself (RFC 9700 section 4.4).
 *  Salesforce is not evil, and a code that belongs to another host is worth nothing there: so nobody keeps its logins away by naming their redirect URI. */
export function mayShareRedirect(loginUrl: string, another: string): boolean {
  const { origin, protocol, hostname } = new URL(loginUrl)
  return origin === new URL(another).origin || (protocol === 'https:' && isSalesforceHost(hostname))
}

export type OwnHosts = {
  readonly loginUrl: string
  readonly instanceUrl: string | undefined
  readonly listed?: LoginHosts | undefined
}

/** The URL that a request with the connection's token goes to. A path belongs to the instance; a whole URL has to be on the instance or on the login host. The
 *  fault is a sentence. */
export function fetchTarget(pathOrUrl: string, { loginUrl, instanceUrl, listed }: OwnHosts): Result<URL, string> {
  // a URL parser takes line ends and tabs out, and backslashes for slashes: what was looked at would not be what is sent
  if (!/^[!-~\u0080-\uffff]*$/.test(pathOrUrl) || pathOrUrl.includes('\\'))
    return fault('The URL has a character that a URL cannot have.')
  const login = new URL(loginUrl)
  const instance = instanceUrl === undefined ? login : URL.parse(instanceUrl)
  if (instance === null || !isHostOfOrg(instance, loginUrl, listed))
    return fault('The instance URL that the org gave is neither its login host nor a host of Salesforce.')
  const target = URL.parse(pathOrUrl, instance.origin)
  if (target === null) return fault('This is no URL.')
  if (target.username !== '' || target.password !== '') return fault('The URL holds credentials.')
  if (target.origin !== instance.origin && target.origin !== login.origin)
    return fault(`The access token does not go to ${target.host === '' ? target.protocol : target.host}.`)
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && isLoopbackHost(target.hostname)))
    return fault('The access token would go in the clear.')
  target.hash = ''
  return ok(target)
}
