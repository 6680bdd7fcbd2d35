/** The head of a response from a destination: strict framing, nothing mended (G-22). */
import { fault, ok, type Result } from '../../../values/result.ts'
import { framingOf, type BodyLength } from './body-length.ts'
import { isFieldText, listOf, type Field } from './field-syntax.ts'
import { readHeadLines, type HeadFault, type HeadLimits, type HeadReading } from './head-lines.ts'

export type ResponseHead = {
  readonly status: number
  /** As it was sent, maybe empty. */
  readonly reason: string
  readonly minor: 0 | 1
  readonly fields: readonly Field[]
  /** What `Connection` names, lower case. */
  readonly connection: readonly string[]
  readonly body: BodyLength
  /** Content-Length where the response has it without the body: of HEAD and 304. */
  readonly lengthOnly: number | undefined
  /** Whether the connection to the destination may carry another request. */
  readonly persistent: boolean
}

export type ReadResponse =
  | { readonly kind: 'more' }
  /** `why` is a phrase. */
  | { readonly kind: 'fault'; readonly why: string }
  | { readonly kind: 'interim'; readonly head: ResponseHead; readonly end: number }
  | { readonly kind: 'final'; readonly head: ResponseHead; readonly end: number }

/** Twice what a request may have: cookies and policies of a destination are not the client's choice. */
export const responseLimits: HeadLimits = { bytes: 65_536, firstLine: 8192, fields: 256 }

/** As `readRequestHead`. `method` is that of the request, which decides whether there is a body. */
export function readResponseHead(bytes: Buffer, method: string): ReadResponse {
  const read = readHeadLines(bytes, responseReading)
  switch (read.kind) {
    case 'more':
      return read
    case 'fault':
      return broken(phraseOf(read.fault))
    case 'head':
      return judgeResponse(read, method)
  }
}

type StatusLine = { readonly status: number; readonly reason: string; readonly minor: 0 | 1 }
type Whole = { readonly first: StatusLine; readonly fields: readonly Field[]; readonly end: number }

function parseStatusLine(line: string): Result<StatusLine, HeadFault> {
  const [, minor, status, reason = ''] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/s.exec(line) ?? []
  if (minor === undefined || !isFieldText(reason)) return fault(notAStatusLine)
  return ok({ status: Number(status), reason, minor: minor === '1' ? 1 : 0 })
}

function judgeResponse({ first, fields, end }: Whole, method: string): ReadResponse {
  const { status, minor } = first
  const framing = framingOf(fields, minor)
  if (!framing.ok)
    return broken(framing.fault.kind === 'malformed' ? framing.fault.why : 'its Transfer-Encoding is unknown')
  if (status === 101) return broken('it switches protocols, which nobody asked for')
  // RFC 9110 section 15.5.8: it is the proxy who asks for credentials; a client would take the question of an origin for ours
  if (status === 407) return broken('it asks for the credentials of a proxy')
  const connection = listOf(fields, 'connection')
  const bodiless = method === 'HEAD' || status === 204 || status === 304 || status < 200
  const body: BodyLength = bodiless ? { kind: 'none' } : (framing.value ?? { kind: 'until-close' })
  const head: ResponseHead = {
    ...first,
    fields,
    connection,
    body,
    lengthOnly: lengthWithoutBody(framing.value, bodiless && status !== 204 && status >= 200),
    persistent: body.kind !== 'until-close' && persists(minor, connection),
  }
  return { kind: status < 200 ? 'interim' : 'final', head, end }
}

const lengthWithoutBody = (framing: BodyLength | undefined, said: boolean): number | undefined =>
  said && framing?.kind === 'length' ? framing.length : undefined

/** RFC 9112 section 9.3. */
const persists = (minor: 0 | 1, connection: readonly string[]): boolean =>
  !connection.includes('close') && (minor === 1 || connection.includes('keep-alive'))

function phraseOf(what: HeadFault): string {
  switch (what.kind) {
    case 'first-line-too-long':
      return 'its first line has no end'
    case 'too-many-bytes':
      return `its header is larger than ${responseLimits.bytes} bytes`
    case 'too-many-fields':
      return `its header has more than ${responseLimits.fields} fields`
    case 'malformed':
      return what.why
  }
}

const notAStatusLine: HeadFault = { kind: 'malformed', why: 'its first line is no status line of HTTP/1' }
const responseReading: HeadReading<StatusLine, HeadFault> = {
  limits: responseLimits,
  emptyLineFirst: false,
  first: parseStatusLine,
}
const broken = (why: string): ReadResponse => ({ kind: 'fault', why })
