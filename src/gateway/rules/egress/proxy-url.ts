/** The URL of the proxy that a `via` egress goes through. */
import { fault, ok, type Result } from '../../../values/result.ts'
import { formatDestination, parseHost, type Host } from '../destination/destination.ts'

export type ProxyUrl = {
  readonly protocol: 'http' | 'https' | 'socks5'
  readonly host: Host
  readonly port: number
  /** Percent-decoded (L-69). */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
  /** Without the credentials. */
  readonly shown: string
}

const usualPorts = { http: 80, https: 443, socks5: 1080 } as const

/** The fault is a predicate of "the URL of the proxy", and never quotes it: it has credentials in it. `socks5h` is `socks5`: names are always
 *  resolved by the proxy (P-43). */
export function parseProxyUrl(text: string): Result<ProxyUrl, string> {
  const url = URL.parse(text.trim())
  if (url === null) return fault('is not a URL; write http://USER:PASSWORD@HOST:PORT')
  const protocol = protocolOf(url.protocol)
  if (protocol === undefined)
    return fault(`begins with ${url.protocol}// where http://, https:// or socks5:// can stand`)
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '')
    return fault('goes on behind its port; percent-encode / ? # in user and password')
  const host = parseHost(url.hostname)
  if (!host.ok) return fault('names no host, or one that cannot be')
  const credentials = credentialsOf(url)
  if (!credentials.ok) return credentials
  if (protocol === 'socks5' && !fitsSocks(credentials.value))
    return fault('has a user or password that is empty or over 255 bytes, which SOCKS5 cannot carry')
  const port = url.port === '' ? usualPorts[protocol] : Number(url.port)
  if (port === 0) return fault('has port 0')
  const shown = `${protocol}://${formatDestination({ host: host.value, port })}`
  return ok({ protocol, host: host.value, port, credentials: credentials.value, shown })
}

function protocolOf(text: string): ProxyUrl['protocol'] | undefined {
  switch (text) {
    case 'http:':
      return 'http'
    case 'https:':
      return 'https'
    case 'socks5:':
    case 'socks5h:':
      return 'socks5'
    default:
      return undefined
  }
}

function credentialsOf({ username, password }: URL): Result<ProxyUrl['credentials'], string> {
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

const fitsSocks = (credentials: ProxyUrl['credentials']): boolean =>
  credentials === undefined ||
  [credentials.user, credentials.password].every((text) => text !== '' && new TextEncoder().encode(text).length <= 255)
