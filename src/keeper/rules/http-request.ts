/** One POST as the bytes of HTTP/1.1: ours to the last one, so that no library can send it again (L-42). */
import { fault, ok, type Result } from '../../values/result.ts'
import { formatHost, type Destination } from '../../ip/hosts.ts'

export type PostRequest = {
  /** With its query, e.g. `/services/oauth2/token`. */
  readonly path: string
  /** Besides those that frame the message; `Content-Type` has to be among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Head and body together. What fits is one record of TLS, and the kernel takes it in one piece (P-21). */
export const mostRequestBytes: number = 16 * 1024

/** The array is fresh, and may be erased by whoever has sent it. The fault is a clause about the request, without its secrets. */
export function formatPost(
  to: Destination & { readonly secure: boolean },
  { path, headers, body }: PostRequest,
): Result<Uint8Array<ArrayBuffer>, string> {
  if (!/^\/[!-~]*$/.test(path) || path.includes('#')) return fault('its path is not a slash and visible ASCII')
  const lines: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!tokenShape.test(name)) return fault('the name of one of its headers is no token')
    if (ours.has(name.toLowerCase())) return fault(`its header ${name} is not the caller's to set`)
    if (!valueShape.test(value)) return fault(`its header ${name} has a character that a header cannot have`)
    lines.push(`${name}: ${value}\r\n`)
  }
  const head = new TextEncoder().encode(
    `POST ${path} HTTP/1.1\r\nHost: ${hostField(to)}\r\n${lines.join('')}Accept-Encoding: identity\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
  )
  const size = head.length + body.length
  if (size > mostRequestBytes) return fault(`it has ${size} bytes; at most ${mostRequestBytes} go out in one piece`)
  const bytes = new Uint8Array(size)
  bytes.set(head)
  bytes.set(body, head.length)
  head.fill(0)
  return ok(bytes)
}

/** Without the port that the scheme has anyway, as browsers write it. */
function hostField({ host, port, secure }: Destination & { readonly secure: boolean }): string {
  return port === (secure ? 443 : 80) ? formatHost(host) : `${formatHost(host)}:${port}`
}

const tokenShape = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const valueShape = /^[\x20-\x7e]*$/
/** Framing, routing, and what would let the other side answer before it has all of it. */
const ours: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
])
