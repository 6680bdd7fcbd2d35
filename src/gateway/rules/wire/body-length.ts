/** How long the body of a message is (RFC 9112 section 6.3), where two readers could disagree: refused (L-67, G-12). */
import { fault, ok, type Result } from '../../../values/result.ts'
import { valuesOf, type Field } from './field-syntax.ts'

export type BodyLength =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Of responses only: the end of the connection is the end of the body. */
  | { readonly kind: 'until-close' }

export type FramingFault =
  | { readonly kind: 'coding-unknown' }
  /** `why` is a phrase. */
  | { readonly kind: 'malformed'; readonly why: string }

/** What Content-Length and Transfer-Encoding say together; undefined where neither is there. `minor` is that of HTTP/1. */
export function framingOf(fields: readonly Field[], minor: number): Result<BodyLength | undefined, FramingFault> {
  const codings = valuesOf(fields, 'transfer-encoding')
  const lengths = valuesOf(fields, 'content-length')
  if (codings.length === 0 && lengths.length === 0) return ok(undefined)
  if (codings.length > 0 && lengths.length > 0) return malformed('it has both Content-Length and Transfer-Encoding')
  if (codings.length === 0) return lengthOf(lengths)
  // RFC 9112 section 6.1: to be taken for faulty framing
  if (minor === 0) return malformed('it has Transfer-Encoding, which HTTP/1.0 does not know')
  return codingOf(codings)
}

function lengthOf(values: readonly string[]): Result<BodyLength, FramingFault> {
  const [value = ''] = values
  if (values.length > 1) return malformed('it has more than one Content-Length')
  if (!/^\d{1,15}$/.test(value)) return malformed('its Content-Length is not a number')
  return ok({ kind: 'length', length: Number(value) })
}

function codingOf(values: readonly string[]): Result<BodyLength, FramingFault> {
  const codings = values.join(',').toLowerCase().split(',')
  if (codings.length === 1 && codings[0] === 'chunked') return ok({ kind: 'chunked' })
  // a coding that is not known before a final `chunked` has a length that is known; everything else has none
  const last = codings.at(-1)?.trim()
  const named = codings.slice(0, -1).every((each) => /^[a-z]+$/.test(each.trim()) && each.trim() !== 'chunked')
  if (last === 'chunked' && named && codings.length > 1) return fault({ kind: 'coding-unknown' })
  return malformed('its Transfer-Encoding is not chunked')
}

const malformed = (why: string): Result<never, FramingFault> => fault({ kind: 'malformed', why })
