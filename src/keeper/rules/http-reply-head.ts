/** The head of a reply, and how the end of its body is known (RFC 9112 section 6.3). */
import { fieldsOf, latin1, listOf, type ReplyField } from './http-reply-lines.ts'

export type ReplyHead = {
  readonly status: number
  readonly fields: readonly ReplyField[]
  readonly framing: ReplyFraming
  /** Content coding of the body; undefined where there is none. */
  readonly coding: string | undefined
  /** Where the body begins. */
  readonly end: number
}

export type ReplyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

/** How far the reading of a growing array has come. `next` is where it goes on: nothing before it is looked at again. */
export type ReplyPlace =
  | { readonly kind: 'head'; readonly next: number }
  | { readonly kind: 'length'; readonly head: ReplyHead; readonly next: number }
  | { readonly kind: 'chunks'; readonly head: ReplyHead; readonly next: number }
  | { readonly kind: 'trailer'; readonly head: ReplyHead; readonly next: number }
  /** The reply ends where its connection ends in order. */
  | { readonly kind: 'until-close'; readonly head: ReplyHead }
  /** It ends at `next`, whatever stands behind. */
  | { readonly kind: 'whole'; readonly head: ReplyHead; readonly next: number }
  | { readonly kind: 'broken'; readonly head: ReplyHead | undefined; readonly why: string }

/** Of all heads together, interim ones included. */
const longestHead = 32 * 1024

/** The place behind the next head; interim ones (1xx) are passed over. */
export function headOf(bytes: Uint8Array, place: ReplyPlace & { readonly kind: 'head' }): ReplyPlace {
  const end = endOfHead(bytes, place.next)
  if (end === undefined)
    return bytes.length > longestHead || !canBegin(bytes, place.next) ? notHttp(bytes, place.next) : place
  const [first = '', ...lines] = latin1(bytes.subarray(place.next, end)).split('\n').map(withoutReturn)
  const status = Number(/^HTTP\/1\.\d ([1-9]\d{2})(?: |$)/.exec(first)?.[1] ?? 0)
  if (status === 0) return notHttp(bytes, place.next)
  if (status < 200 && status !== 101) return { kind: 'head', next: end }
  const head = judgeHead(status, fieldsOf(lines), end)
  return placeBehind(head)
}

function judgeHead(status: number, fields: readonly ReplyField[], end: number): ReplyHead {
  const { framing, coding } = framingOf(status, fields)
  const coded = listOf(fields, 'content-encoding').find((each) => each !== 'identity')
  return { status, fields, framing, coding: coding ?? coded, end }
}

function placeBehind(head: ReplyHead): ReplyPlace {
  switch (head.framing.kind) {
    case 'none':
      return { kind: 'whole', head, next: head.end }
    case 'length':
      return { kind: 'length', head, next: head.end }
    case 'chunked':
      return { kind: 'chunks', head, next: head.end }
    case 'until-close':
      return { kind: 'until-close', head }
  }
}

/** Transfer-Encoding wins over Content-Length. A length that cannot be read tells nothing: then the end of the connection does. */
function framingOf(
  status: number,
  fields: readonly ReplyField[],
): { readonly framing: ReplyFraming; readonly coding: string | undefined } {
  if (status === 101 || status === 204 || status === 304) return { framing: { kind: 'none' }, coding: undefined }
  const codings = listOf(fields, 'transfer-encoding').filter((each) => each !== 'identity')
  const other = codings.find((each) => each !== 'chunked')
  if (codings.length > 0) return { framing: { kind: other === undefined ? 'chunked' : 'until-close' }, coding: other }
  const [length = '', ...others] = new Set(listOf(fields, 'content-length'))
  if (!/^\d{1,15}$/.test(length) || others.length > 0) return { framing: { kind: 'until-close' }, coding: undefined }
  return { framing: { kind: 'length', length: Number(length) }, coding: undefined }
}

/** Behind its empty line. Lines may end in LF alone (RFC 9112 section 2.2). */
function endOfHead(bytes: Uint8Array, from: number): number | undefined {
  for (let feed = bytes.indexOf(10, from); feed >= 0; feed = bytes.indexOf(10, feed + 1)) {
    const next = bytes[feed + 1] === 13 ? feed + 2 : feed + 1
    if (bytes[next] === 10) return next + 1
  }
  return undefined
}

const start = 'HTTP/1.'

/** Whether what has come may be the beginning of a reply. */
const canBegin = (bytes: Uint8Array, from: number): boolean =>
  start.startsWith(latin1(bytes.subarray(from, from + start.length)))

const notHttp = (bytes: Uint8Array, from: number): ReplyPlace => ({
  kind: 'broken',
  head: undefined,
  why: canBegin(bytes, from) ? 'its head is malformed or too long' : 'it is not HTTP/1.1',
})

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
