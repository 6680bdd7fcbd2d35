/** Which fields a proxy hands on (RFC 9110 section 7.6), and the heads that it writes. */
import type { BodyLength } from './body-length.ts'
import { valuesOf, type Field } from './field-syntax.ts'
import type { RequestHead } from './request-head.ts'
import type { Target } from './request-target.ts'
import type { ResponseHead } from './response-head.ts'

export type ForwardTarget = Extract<Target, { kind: 'forward' }>

/** The head as the destination gets it. Nothing in it tells who the client is or what it proved to the gateway: no credentials (G-08), no address
 *  (G-10), and of the gateway nothing but its pseudonym (G-09). */
export function writeRequestHead(head: RequestHead, target: ForwardTarget, pseudonym: string): string {
  let text = `${head.method} ${target.path} HTTP/1.1\r\nHost: ${target.host}\r\n`
  for (const field of head.fields) {
    if (stopsHere(field.key, head.connection) || writtenAnew(field.key, head)) continue
    text += `${field.name}: ${field.value}\r\n`
  }
  text += hopsLeft(head)
  return `${text}Via: 1.${head.minor} ${pseudonym}\r\n${framing(head.body)}\r\n`
}

export type ToClient = {
  readonly pseudonym: string
  /** Whether the client may send another request on its connection. */
  readonly persistent: boolean
  /** The body as the client gets it: an HTTP/1.0 client knows no chunks. */
  readonly body: BodyLength
}

/** The head as the client gets it. */
export function writeResponseHead(head: ResponseHead, { pseudonym, persistent, body }: ToClient): string {
  let text = `HTTP/1.1 ${head.status} ${head.reason}\r\n`
  for (const field of head.fields) {
    if (stopsHere(field.key, head.connection) || speaksForUs(field)) continue
    text += `${field.name}: ${field.value}\r\n`
  }
  if (head.lengthOnly !== undefined) text += `Content-Length: ${head.lengthOnly}\r\n`
  text += `Via: 1.${head.minor} ${pseudonym}\r\n${framing(body)}`
  return persistent || head.status < 200 ? `${text}\r\n` : `${text}Connection: close\r\n\r\n`
}

/** RFC 9110 section 7.6.2: how often an OPTIONS may still be handed on; undefined where the request does not say. */
export function maxForwards(head: RequestHead): number | undefined {
  const [value, ...more] = valuesOf(head.fields, 'max-forwards')
  return value !== undefined && more.length === 0 && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

function hopsLeft(head: RequestHead): string {
  if (head.method !== 'OPTIONS') return ''
  const hops = maxForwards(head)
  return hops === undefined ? '' : `Max-Forwards: ${Math.max(0, hops - 1)}\r\n`
}

function writtenAnew(key: string, { method, minor }: RequestHead): boolean {
  if (key === 'host') return true
  if (key === 'max-forwards') return method === 'OPTIONS'
  return key === 'expect' && minor === 0 // RFC 9110 section 10.1.1: not from HTTP/1.0
}

const stopsHere = (key: string, connection: readonly string[]): boolean =>
  hopByHop.has(key) || (connection.length > 0 && connection.includes(key))

/** A destination that says `Proxy-Status: sallyport` could have its own answer taken for a refusal, after which a client may send again (P-40).
 *  Other proxies on the way keep their word. */
const speaksForUs = ({ key, value }: Field): boolean =>
  key === 'proxy-status' && /(?:^|,)[ \t]*"?sallyport/i.test(value)

function framing(body: BodyLength): string {
  switch (body.kind) {
    case 'length':
      return `Content-Length: ${body.length}\r\n`
    case 'chunked':
      return 'Transfer-Encoding: chunked\r\n'
    case 'none':
    case 'until-close':
      return ''
  }
}

/** Between two neighbours, whether `Connection` names them or not. Upgrade among them: whoever wants another protocol uses CONNECT. */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'proxy-connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authorization', 'proxy-authenticate', 'proxy-authentication-info'],
  ...['http2-settings', 'content-length', 'sallyport-egress', 'sallyport-tunnel-ends'], // the length is written anew, as it was understood
])
