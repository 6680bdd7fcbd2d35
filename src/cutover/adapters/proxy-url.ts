/** The URL of a proxy, with what it wants to be told. */
import { bareHost } from '../../ip/hosts.ts'
import { parseProxyUrl } from '../../ip/proxy-url.ts'
import { ok, type Result } from '../../values/result.ts'
import { secret, type Secret } from '../../values/secret.ts'

export type ProxyAddress = {
  readonly protocol: 'http' | 'https' | 'socks5'
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** Undefined where the URL has none. */
  readonly credentials: { readonly user: string; readonly password: Secret } | undefined
  /** Without the credentials: for people. */
  readonly shown: string
}

/** The fault is a predicate of "the URL of the proxy", and never quotes it. */
export function parseProxy(url: Secret): Result<ProxyAddress, string> {
  const parsed = parseProxyUrl(url.expose())
  if (!parsed.ok) return parsed
  const { protocol, host, port, credentials, shown } = parsed.value
  return ok({
    ...{ protocol, host: bareHost(host), port, shown },
    credentials: credentials && { user: credentials.user, password: secret(credentials.password) },
  })
}
