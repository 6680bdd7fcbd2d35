/** The URL of a proxy. */
import { fault, ok, type Result } from '../values/result.ts'
import { formatDestination, parseHost, type Host } from './hosts.ts'

export type ProxyCredentials = { readonly user: string; readonly password: string }

export type ProxyUrl = {
  readonly protocol: 'http' | 'https' | 'socks5'
  readonly host: Host
  readonly port: number
  /** Percent-decoded (L-69). */
  readonly credentials: ProxyCredentials | undefined
  /** Without the credentials. */
  readonly shown: string
}

const usualPorts = { http: 80, https: 443, socks5: 1080 } as const

/** The fault is a predicate of "the URL of the proxy", and never quotes it: it has credentials in it. `socks5h` is `socks5`: names are always
 *  resolved by the proxy (P-43). */
export function parseProxyUrl(text: string): Result<ProxyUrl, string> {
  if (text.trim() === '') return fault('is empty; write http://USER:PASSWORD@HOST:PORT, or leave it out')
  const url = URL.parse(text.trim())
  if (url === null) return fault('is not a URL; write http://USER:PASSWORD@HOST:PORT')
  const protocol = protocols.get(url.protocol)
  if (protocol === undefined)
    return fault('does not begin with http://, https://, socks5:// or socks5h://; write http://USER:PASSWORD@HOST:PORT')
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '')
    return fault('goes on behind its port; percent-encode / ? # in user and password')
  const host = parseHost(url.hostname)
  if (!host.ok) return fault('names no host, or one that cannot be')
  const credentials = credentialsOf(url)
  if (!credentials.ok) return credentials
  if (protocol === 'socks5' && credentials.value !== undefined && !fitsSocks(credentials.value))
    return fault('has a user or password that is empty or over 255 bytes, which SOCKS5 cannot carry')
  const port = url.port === '' ? usualPorts[protocol] : Number(url.port)
  if (port === 0) return fault('has port 0; write the port that the proxy listens on')
  const at = { host: host.value, port }
  return ok({ protocol, ...at, credentials: credentials.value, shown: `${protocol}://${formatDestination(at)}` })
}

/** RFC 1929 tells each length in one byte. */
export const fitsSocks = ({ user, password }: ProxyCredentials): boolean =>
  [user, password].every((text) => text !== '' && new TextEncoder().encode(text).length <= 255)

const protocols: ReadonlyMap<string, ProxyUrl['protocol']> = new Map([
  ['http:', 'http'],
  ['https:', 'https'],
  ['socks5:', 'socks5'],
  ['socks5h:', 'socks5'],
])

function credentialsOf({ username, password }: URL): Result<ProxyCredentials | undefined, string> {
  if (username === '' && password === '') return ok(undefined)
  const [user, secret] = [decoded(username), decoded(password)]
  if (user === undefined || secret === undefined)
    return fault('has a percent sign in user or password that encodes nothing; write it as %25')
  if (user.includes(':')) return fault('has a colon in its user, which Basic authentication cannot carry')
  return ok({ user, password: secret })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
