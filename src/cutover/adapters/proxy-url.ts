/** The URL of an HTTP proxy, with what it wants to be told. */
import { bareHost } from '../../ip/hosts.ts'
import { parseProxyUrl } from '../../ip/proxy-url.ts'
import { fault, ok, type Result } from '../../values/result.ts'
import { secret, type Secret } from '../../values/secret.ts'

export type ProxyAddress = {
  readonly secure: boolean
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** Of Basic; undefined where the URL has no credentials. */
  readonly authorization: Secret | undefined
  /** Without the credentials: for people. */
  readonly shown: string
}

/** The fault is a predicate of "the URL of the proxy", and never quotes it. */
export function parseProxy(url: Secret): Result<ProxyAddress, string> {
  const parsed = parseProxyUrl(url.expose())
  if (!parsed.ok) return parsed
  const { protocol, host, port, credentials, shown } = parsed.value
  if (protocol === 'socks5') return fault('begins with neither http:// nor https://')
  const basic = credentials && Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')
  return ok({
    ...{ secure: protocol === 'https', host: bareHost(host), port, shown },
    authorization: basic === undefined ? undefined : secret(`Basic ${basic}`),
  })
}
