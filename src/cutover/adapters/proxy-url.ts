/** The URL of an HTTP proxy, with what it wants to be told. */
import { fault, ok, type Result } from '../../values/result.ts'
import { secret, type Secret } from '../../values/secret.ts'

export type ProxyAddress = {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** Of Basic, percent-decoded (L-69); undefined where the URL has none. */
  readonly authorization: Secret | undefined
  /** Without the credentials: for people. */
  readonly shown: string
}

/** The fault is a predicate of "the URL of the proxy", and never quotes it. */
export function parseProxy(url: Secret): Result<ProxyAddress, string> {
  const parsed = URL.parse(url.expose())
  if (parsed === null) return fault('is no URL')
  const { protocol, hostname, port, username, password, pathname, search, hash } = parsed
  if (protocol !== 'http:' && protocol !== 'https:') return fault('begins with neither http:// nor https://')
  if (!/^\/?$/.test(pathname) || search !== '' || hash !== '') return fault('goes on behind its port')
  const credentials = decoded(username, password)
  if (credentials === undefined) return fault('has credentials that are not percent-encoded as they should be')
  const secure = protocol === 'https:'
  const at = port === '' ? (secure ? 443 : 80) : Number(port)
  return ok({
    ...{ secure, host: hostname.replace(/^\[|\]$/g, ''), port: at, shown: `${hostname}:${at}` },
    authorization:
      credentials === ':' ? undefined : secret(`Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`),
  })
}

function decoded(username: string, password: string): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    return undefined // a percent sign that encodes nothing
  }
}
