/** From bytes to the first line and the fields of a head: incremental, bounded, and the same however the bytes were cut on their way. */
import type { Result } from '../../../values/result.ts'
import { parseFieldLine, type Field } from './field-syntax.ts'

export type HeadLimits = {
  /** Of the whole head, its empty line included. */
  readonly bytes: number
  readonly firstLine: number
  readonly fields: number
}

export type HeadFault =
  | { readonly kind: 'first-line-too-long' }
  | { readonly kind: 'too-many-bytes' }
  | { readonly kind: 'too-many-fields' }
  /** `why` is a phrase. */
  | { readonly kind: 'malformed'; readonly why: string }

export type HeadLines<First, Fault = never> =
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: HeadFault | Fault }
  /** `end`: how many bytes it has. */
  | { readonly kind: 'head'; readonly first: First; readonly fields: readonly Field[]; readonly end: number }

export type HeadReading<First, Fault> = {
  readonly limits: HeadLimits
  /** One empty line before the first is passed over: of requests (RFC 9112 section 2.2). */
  readonly emptyLineFirst: boolean
  readonly first: (line: string) => Result<First, Fault>
}

/** Lines are judged in their order, so that the first fault is the verdict whether or not the rest has come. Asked again with more bytes it
 *  starts anew: the caller asks when a line has been completed. */
export function readHeadLines<First, Fault>(bytes: Buffer, how: HeadReading<First, Fault>): HeadLines<First, Fault> {
  const { limits } = how
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, limits.bytes))
  const cutOff = bytes.length > limits.bytes
  const start = how.emptyLineFirst && text.startsWith('\r\n') ? 2 : 0
  const firstEnd = text.indexOf('\n', start)
  if ((firstEnd < 0 ? text.length : firstEnd) - start > limits.firstLine) return failed({ kind: 'first-line-too-long' })
  if (firstEnd < 0) return cutOff ? failed({ kind: 'too-many-bytes' }) : more
  const line = lineAt(text, start, firstEnd)
  if (line === undefined) return failed(bareLineFeed)
  const first = how.first(line)
  if (!first.ok) return { kind: 'fault', fault: first.fault }
  const rest = readFields(text, firstEnd + 1, limits.fields)
  if (rest.kind === 'more') return cutOff ? failed({ kind: 'too-many-bytes' }) : more
  if (rest.kind === 'fault') return rest
  return { kind: 'head', first: first.value, fields: rest.fields, end: rest.end }
}

type FieldLines =
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: HeadFault }
  | { readonly kind: 'head'; readonly fields: readonly Field[]; readonly end: number }

/** Up to and with the empty line. Of trailers as well as of heads. */
export function readFields(text: string, from: number, most: number): FieldLines {
  const fields: Field[] = []
  for (let at = from; ;) {
    const end = text.indexOf('\n', at)
    if (end < 0) return more
    const line = lineAt(text, at, end)
    if (line === undefined) return failed(bareLineFeed)
    if (line === '') return { kind: 'head', fields, end: end + 1 }
    if (fields.length === most) return failed({ kind: 'too-many-fields' })
    const field = parseFieldLine(line)
    if (!field.ok) return failed({ kind: 'malformed', why: field.fault })
    fields.push(field.value)
    at = end + 1
  }
}

/** Undefined where the line feed is bare. A carriage return within the line is left for whoever judges its characters. */
const lineAt = (text: string, from: number, lineFeed: number): string | undefined =>
  lineFeed > from && text.charCodeAt(lineFeed - 1) === 13 ? text.slice(from, lineFeed - 1) : undefined

const more = { kind: 'more' } as const
const bareLineFeed: HeadFault = { kind: 'malformed', why: 'a line ends in a line feed without a carriage return' }
const failed = (what: HeadFault) => ({ kind: 'fault', fault: what }) as const
