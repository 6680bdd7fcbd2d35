/** What a request line asks a proxy for (RFC 9112 section 3.2). */
import { fault, ok, type Result } from '../../../values/result.ts'
import { formatHost, parseAuthority, type Destination } from '../destination/destination.ts'
import { refusal, type Refusal } from '../refusal.ts'

export type Target =
  | { readonly kind: 'connect'; readonly destination: Destination }
  | {
      readonly kind: 'forward'
      readonly destination: Destination
      /** What `Host` says to the origin: the authority without a port that goes without saying (G-11). */
      readonly host: string
      /** Path and query; `*` for OPTIONS of a whole server. */
      readonly path: string
    }

export function parseTarget(method: string, target: string): Result<Target, Refusal> {
  if (!isUriText(target)) return malformed('its target has a character that a URL does not have')
  if (method === 'CONNECT') return connectTarget(target)
  if (target.startsWith('/') || target === '*') return fault(refusal('ORIGIN_FORM'))
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(target)?.[1]
  if (scheme === undefined) return malformed('its target is not a whole URL')
  const behind = scheme.length + 3
  switch (scheme.toLowerCase()) {
    case 'http':
      return forwardTarget(method, target, behind)
    case 'https':
      return malformed('the gateway does not open TLS itself: for https use CONNECT HOST:443')
    default:
      return malformed('the gateway forwards http only: for everything else use CONNECT HOST:PORT')
  }
}

/** RFC 9110 section 9.3.6: host and port, and nothing besides (G-03). */
function connectTarget(target: string): Result<Target, Refusal> {
  if (target.includes('@')) return malformed(userInformation)
  const destination = parseAuthority(target)
  return destination.ok ? ok({ kind: 'connect', destination: destination.value }) : malformed(destination.fault)
}

function forwardTarget(method: string, target: string, from: number): Result<Target, Refusal> {
  if (target.includes('#')) return malformed('its target has a fragment, which stays with the client')
  const end = authorityEnd(target, from)
  const authority = target.slice(from, end)
  if (authority.includes('@')) return malformed(userInformation)
  const destination = parseAuthority(authority, 80)
  if (!destination.ok) return malformed(destination.fault)
  const { host, port } = destination.value
  const named = port === 80 ? formatHost(host) : `${formatHost(host)}:${port}`
  return ok({ kind: 'forward', destination: destination.value, host: named, path: pathOf(method, target.slice(end)) })
}

function authorityEnd(target: string, from: number): number {
  const slash = target.indexOf('/', from)
  const query = target.indexOf('?', from)
  if (slash < 0 && query < 0) return target.length
  if (slash < 0) return query
  return query < 0 ? slash : Math.min(slash, query)
}

function pathOf(method: string, rest: string): string {
  if (rest === '') return method === 'OPTIONS' ? '*' : '/' // RFC 9112 section 3.2.4
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Printable ASCII. That some of it is not in RFC 3986 (`|`, `{`) harms no framing, and URLs have it. */
function isUriText(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code <= 32 || code >= 127) return false
  }
  return text.length > 0
}

// said without what it is: it may be a password
const userInformation = 'its target has user information, which belongs into Proxy-Authorization and is never forwarded'
const malformed = (why: string): Result<never, Refusal> => fault(refusal('REQUEST_MALFORMED', { why }))
