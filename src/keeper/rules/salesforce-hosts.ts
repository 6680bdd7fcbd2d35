/** Which hosts are Salesforce's, and to which of them a connection's access token may go (P-28). */
import { fault, ok, type Result } from '../../values/result.ts'

/** SF-317. A cloud with other hosts is used by naming its My Domain as the login host. */
const domains = ['salesforce.com', 'force.com', 'cloudforce.com', 'crmforce.mil']

const isSalesforceHost = (host: string): boolean => {
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`))
}

/** Loopback, as an org in a test has it. */
export const isLoopbackHost = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host)

/** What a token reply may name as its org: a URL of the login host, or of Salesforce over https. Whatever else it says is not believed. */
export function isHostOfOrg(url: URL, loginUrl: string): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.origin === new URL(loginUrl).origin) return true
  return url.protocol === 'https:' && url.port === '' && isSalesforceHost(url.hostname)
}

/** Whether a login at the first may come back to a redirect URI to which logins at the other come back as well. Without RFC 9207, which Salesforce does not
 *  speak, nothing in a callback tells which login host it comes from: an evil one could have a code of another brought to itself (RFC 9700 section 4.4).
 *  Salesforce is not evil, and a code that belongs to another host is worth nothing there: so nobody keeps its logins away by naming their redirect URI. */
export function mayShareRedirect(loginUrl: string, another: string): boolean {
  const { origin, protocol, hostname } = new URL(loginUrl)
  return origin === new URL(another).origin || (protocol === 'https:' && isSalesforceHost(hostname))
}

export type OwnHosts = { readonly loginUrl: string; readonly instanceUrl: string | undefined }

/** The URL that a request with the connection's token goes to. A path belongs to the instance; a whole URL has to be on the instance or on the login host. The
 *  fault is a sentence. */
export function fetchTarget(pathOrUrl: string, { loginUrl, instanceUrl }: OwnHosts): Result<URL, string> {
  // a URL parser takes line ends and tabs out, and backslashes for slashes: what was looked at would not be what is sent
  if (!/^[!-~\u0080-\uffff]*$/.test(pathOrUrl) || pathOrUrl.includes('\\'))
    return fault('The URL has a character that a URL cannot have.')
  const login = new URL(loginUrl)
  const instance = instanceUrl === undefined ? login : URL.parse(instanceUrl)
  if (instance === null || !isHostOfOrg(instance, loginUrl))
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
