/** What the gateway itself answers over HTTP: refusals, and the yes to a CONNECT. */
import { formatAddress } from '../ip/address.ts'
import type { Instant } from '../values/time.ts'
import { formatHost } from './rules/destination/destination.ts'
import { reasonOf, type ReasonCode, type Refusal } from './rules/refusal.ts'
import type { Dialled, TunnelAsk } from './tunnel.ts'

export type Reply = {
  readonly status: number
  /** Without those that frame the message or speak of the connection, which are the business of the version of HTTP. */
  readonly headers: Readonly<Record<string, string>>
  /** UTF-8 text; shown to people and read by programs, never HTML. */
  readonly body: string
}

/** `accept` is the field of the request: whoever can read problem details (RFC 9457) gets them, everyone else plain text. */
export function refusalReply(
  refused: Refusal,
  about: { readonly now: Instant; readonly accept?: string | undefined },
): Reply {
  const { status, error } = reasonOf(refused)
  const json = about.accept !== undefined && wantsJson(about.accept)
  return {
    status,
    headers: {
      'Date': new Date(about.now).toUTCString(),
      'Proxy-Status': `sallyport; error=${error}; details="${refused.code}"`,
      ...extraHeaders(refused.code, status),
      'Content-Type': json ? 'application/problem+json' : 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    },
    body: json ? problem(refused) : text(refused),
  }
}

/** What a 2xx to CONNECT says: by which egress the tunnel leaves, with which address, and where to. No length and no coding (G-17). */
export function connectHeaders(
  { destination, agreed }: Pick<TunnelAsk, 'destination' | 'agreed'>,
  dialled: Dialled,
): Readonly<Record<string, string>> {
  const next = dialled.remote === undefined ? formatHost(destination.host) : formatAddress(dialled.remote)
  const headers = { 'Sallyport-Egress': egressValue(dialled), 'Proxy-Status': `sallyport; next-hop="${next}"` }
  return agreed === undefined ? headers : { ...headers, 'Sallyport-Tunnel-Ends': String(agreed.within) }
}

/** A reply as the bytes of HTTP/1.1, after which the connection is closed. The text is Latin-1 of UTF-8 bytes: one character a byte. */
export function closingReply(reply: Reply, request: { readonly method?: string | undefined } = {}): string {
  const body = Buffer.from(reply.body).toString('latin1')
  return `${headText(reply.status, reply.headers)}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${
    request.method === 'HEAD' ? '' : body
  }`
}

export const connectReply = (ask: Pick<TunnelAsk, 'destination' | 'agreed'>, dialled: Dialled): string =>
  `${headText(200, connectHeaders(ask, dialled))}\r\n`

/** Status line and fields, each with its end. */
export function headText(status: number, headers: Readonly<Record<string, string>>): string {
  let head = `HTTP/1.1 ${status} ${phrases[status] ?? 'Refused'}\r\n`
  for (const name in headers) head += `${name}: ${headers[name] ?? ''}\r\n`
  return head
}

/** `declared` where nobody here can see the address (P-41). */
function egressValue({ egress, address, observed }: Dialled): string {
  const name = isPlain.test(egress) ? egress : `"${egress.replaceAll(unprintable, '?').replaceAll(/["\\]/g, '\\$&')}"`
  if (address === undefined) return name
  return `${name}; ${observed ? 'address' : 'declared'}=${address.replaceAll(unprintable, '?')}`
}

const isPlain = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const unprintable = /[^ -~]/g

function extraHeaders(code: ReasonCode, status: number): Readonly<Record<string, string>> {
  // L-68: without the challenge .NET and Java give up
  if (status === 407) return { 'Proxy-Authenticate': 'Basic realm="sallyport", charset="UTF-8"' }
  if (status === 405) return { Allow: 'CONNECT, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' }
  if ((status === 429 || status === 503) && !heard.has(code)) return { 'Retry-After': String(retryAfter[code] ?? 5) }
  return {}
}

/** The destination may have acted on it: nobody is to send it again by the clock (P-40). */
const heard: ReadonlySet<ReasonCode> = new Set(['CUT_BY_PLAN', 'CUT_BY_DRAIN', 'CUT_BY_REMOVAL'])

/** Seconds. */
const retryAfter: Partial<Record<ReasonCode, number>> = {
  TOO_MANY_FAILURES: 60,
  RATE_EXCEEDED: 60,
  PLAN_EXHAUSTED: 3600, // lifting the limit takes effect at once (L-81), but nobody knows when that will be
  DRAINING: 1,
}

function text(refused: Refusal): string {
  const { means, next } = reasonOf(refused)
  return `${means(refused.saw)}\n${next}\n(${refused.code})\n`
}

function problem(refused: Refusal): string {
  const { status, means, next } = reasonOf(refused)
  const title = phrases[status] ?? 'Refused'
  return `${JSON.stringify({ type: 'about:blank', title, status, code: refused.code, detail: means(refused.saw), next: [next] })}\n`
}

/** Named, and not by way of a wildcard: `curl` and browsers send those. */
const wantsJson = (accept: string): boolean => /application\/(?:problem\+)?json\s*(?:[,;]|$)/i.test(accept)

const phrases: Readonly<Record<number, string>> = {
  200: 'Connection established',
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  414: 'URI Too Long',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  508: 'Loop Detected',
}
