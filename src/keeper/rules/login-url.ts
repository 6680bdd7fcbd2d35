/** Where an org logs its users in: production, a sandbox, or My Domain. */
import { fault, ok, type Result } from '../../values/result.ts'
import { parseHost } from '../../ip/hosts.ts'
import { isLoginHost, loginHostsAdvice, type LoginHosts } from './login-hosts.ts'
import { isLoopbackHost } from './salesforce-hosts.ts'

/** The origin. Tokens go there, in the clear over http: which is for a loopback host alone. The fault follows "the login URL". */
export function parseLoginUrl(text: string): Result<string, string> {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return fault('is no https URL')
  if (url.username !== '' || url.password !== '') return fault('holds credentials')
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) return fault('would send tokens in the clear')
  return ok(url.origin)
}

export const loginUrlAdvice = 'Write https://login.salesforce.com, https://test.salesforce.com, or your My Domain.'

/** One that the keeper may go to: whoever saves an app does not choose whom it knocks at (P-28). */
export function permittedLoginUrl(
  text: string,
  listed: LoginHosts,
): Result<string, { readonly means: string; readonly next: string }> {
  const parsed = parseLoginUrl(text)
  if (!parsed.ok) return fault({ means: parsed.fault, next: loginUrlAdvice })
  const host = parseHost(new URL(parsed.value).hostname)
  if (!host.ok) return fault({ means: `has a host that ${host.fault}`, next: loginUrlAdvice })
  if (isLoginHost(listed, host.value)) return parsed
  return fault({
    means: 'is of no host of Salesforce, and keeper.loginHosts does not list it',
    next: `${loginUrlAdvice} ${loginHostsAdvice}`,
  })
}
