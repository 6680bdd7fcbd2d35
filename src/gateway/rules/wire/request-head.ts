/** The head of a request to a proxy: read from bytes, judged by RFC 9112 to the letter, refused where two readers could disagree. */
import { fault, ok, type Result } from '../../../values/result.ts'
import { framingOf, type BodyLength, type FramingFault } from './body-length.ts'
import { parseAuthority } from '../destination/destination.ts'
import { isToken, listOf, valuesOf, type Field } from './field-syntax.ts'
import { readHeadLines, type HeadFault, type HeadLimits, type HeadReading } from './head-lines.ts'
import { refusal, type Refusal } from '../refusal.ts'
import { parseTarget, type Target } from './request-target.ts'

export type RequestHead = {
  readonly method: string
  readonly target: Target
  /** HTTP/1.0 or HTTP/1.1. */
  readonly minor: 0 | 1
  readonly fields: readonly Field[]
  /** What `Connection` names, lower case. */
  readonly connection: readonly string[]
  /** Never `until-close`. */
  readonly body: BodyLength
  /** Whether another request may follow on the connection. Never after HTTP/1.0 (RFC 9112 section 9.3 for proxies). */
  readonly persistent: boolean
}

export type ReadRequest =
  | { readonly kind: 'more' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `end`: where the body begins. */
  | { readonly kind: 'head'; readonly head: RequestHead; readonly end: number }

/** 32 KiB and 128 fields for the head (G-13), 8 KiB of it for the request line (RFC 9112 section 3 asks for 8000 octets at least). */
export const requestLimits: HeadLimits = { bytes: 32_768, firstLine: 8192, fields: 128 }

/** Of all that has come since the last request ended; the verdict does not depend on how it was cut. Costs as much as what has come is long: to be
 *  asked when a line has been completed or the limit is passed. */
export function readRequestHead(bytes: Buffer): ReadRequest {
  const read = readHeadLines(bytes, requestReading)
  switch (read.kind) {
    case 'more':
      return read
    case 'fault':
      return { kind: 'refused', refusal: refusalOf(read.fault) }
    case 'head':
      return judgeHead(read)
  }
}

type RequestLine = { readonly method: string; readonly target: string; readonly minor: 0 | 1 }
type LineFault = { readonly kind: 'version'; readonly version: string }
type Whole = { readonly first: RequestLine; readonly fields: readonly Field[]; readonly end: number }

function parseRequestLine(line: string): Result<RequestLine, LineFault | HeadFault> {
  const [method = '', target = '', version = '', ...more] = line.split(' ')
  if (!isToken(method)) return fault({ kind: 'malformed', why: 'its first line does not begin with a method' })
  if (target === '' || version === '' || more.length > 0) return fault(notARequestLine)
  switch (version) {
    case 'HTTP/1.1':
      return ok({ method, target, minor: 1 })
    case 'HTTP/1.0':
      return ok({ method, target, minor: 0 })
    default:
      return fault(/^HTTP\/\d\.\d$/.test(version) ? { kind: 'version', version } : notARequestLine)
  }
}

/** What the fields say together, once there are no more of them. */
function judgeHead({ first, fields, end }: Whole): ReadRequest {
  const { method, minor } = first
  const target = parseTarget(method, first.target)
  if (!target.ok) return refused(target.fault)
  const hostFault = faultOfHost(fields, minor)
  if (hostFault !== undefined) return malformed(hostFault)
  const framing = framingOf(fields, minor)
  if (!framing.ok) return refused(refusalOfFraming(framing.fault))
  // P-44: bytes behind a CONNECT are the tunnel's, and a body of its own would be read as such by somebody
  if (method === 'CONNECT' && framing.value !== undefined)
    return malformed('a CONNECT has no body, and neither Content-Length nor Transfer-Encoding')
  if (method === 'TRACE') return refused(refusal('METHOD_NOT_TAKEN', { method })) // it would answer with the request's own secrets
  const connection = listOf(fields, 'connection')
  const persistent =
    minor === 1 && !connection.includes('close') && !listOf(fields, 'proxy-connection').includes('close')
  const body = framing.value ?? { kind: 'none' }
  return { kind: 'head', head: { method, target: target.value, minor, fields, connection, body, persistent }, end }
}

/** RFC 9112 section 3.2: one `Host`, with nothing but a host and a port, which may be empty; HTTP/1.0 may do without. */
function faultOfHost(fields: readonly Field[], minor: 0 | 1): string | undefined {
  const hosts = valuesOf(fields, 'host')
  const [host] = hosts
  if (hosts.length > 1) return 'it has more than one Host'
  if (host === undefined) return minor === 1 ? 'it has no Host' : undefined
  return host === '' || parseAuthority(host, 80).ok ? undefined : 'its Host is not a host and a port'
}

function refusalOf(what: HeadFault | LineFault): Refusal {
  switch (what.kind) {
    case 'version':
      return refusal('VERSION_NOT_SUPPORTED', { version: what.version })
    case 'first-line-too-long':
      return refusal('TARGET_TOO_LONG', { limit: requestLimits.firstLine })
    case 'too-many-bytes':
      return refusal('HEADER_TOO_LARGE', { limit: requestLimits.bytes })
    case 'too-many-fields':
      return refusal('HEADER_TOO_LARGE', { limit: requestLimits.fields, unit: 'fields' })
    case 'malformed':
      return refusal('REQUEST_MALFORMED', { why: what.why })
  }
}

const refusalOfFraming = (what: FramingFault): Refusal =>
  what.kind === 'malformed' ? refusal('REQUEST_MALFORMED', { why: what.why }) : refusal('TRANSFER_CODING_UNKNOWN')

const notARequestLine: HeadFault = {
  kind: 'malformed',
  why: 'its first line is not METHOD TARGET HTTP/1.1 with single spaces between them',
}
const requestReading: HeadReading<RequestLine, LineFault | HeadFault> = {
  limits: requestLimits,
  emptyLineFirst: true,
  first: parseRequestLine,
}
const refused = (what: Refusal): ReadRequest => ({ kind: 'refused', refusal: what })
const malformed = (why: string): ReadRequest => refused(refusal('REQUEST_MALFORMED', { why }))
