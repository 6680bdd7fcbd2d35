/** Where an org logs its users in: production, a sandbox, or My Domain. */
import { fault, ok, type Result } from '../../values/result.ts'
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
