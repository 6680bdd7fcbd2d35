/** A reply of HTTP/1.x, read out of the bytes that came. Total: no bytes make it throw. It is read as generously as it can be without guessing,
 *  because its connection carries nothing else, and because a reply that is not read may be the only copy of a token. */
import { chunkAt, type ReplyField } from './http-reply-lines.ts'
import { headOf, type ReplyHead, type ReplyPlace } from './http-reply-head.ts'

export type HttpReply =
  | {
      readonly kind: 'reply'
      readonly status: number
      readonly fields: readonly ReplyField[]
      /** As UTF-8; what is none becomes U+FFFD. */
      readonly body: string
      /** Whether the body is all there by its own framing. One that ends with its connection is taken for whole: its own syntax has to prove it. */
      readonly whole: boolean
    }
  | { readonly kind: 'unreadable'; readonly why: string }

export const replyBegins: ReplyPlace = { kind: 'head', next: 0 }

/** Goes on from a place that was found in the beginning of the same bytes. */
export function followReply(bytes: Uint8Array, from: ReplyPlace): ReplyPlace {
  for (let place = from; ;) {
    const next = step(bytes, place)
    if (next === place) return place
    place = next
  }
}

/** The same place where nothing more can be said until more has come. */
function step(bytes: Uint8Array, place: ReplyPlace): ReplyPlace {
  switch (place.kind) {
    case 'head':
      return headOf(bytes, place)
    case 'length': {
      const end = place.next + (place.head.framing.kind === 'length' ? place.head.framing.length : 0)
      return bytes.length < end ? place : { kind: 'whole', head: place.head, next: end }
    }
    case 'chunks':
      return stepChunk(bytes, place)
    case 'trailer':
      return stepTrailer(bytes, place)
    case 'until-close':
    case 'whole':
    case 'broken':
      return place
  }
}

function stepChunk(bytes: Uint8Array, place: ReplyPlace & { readonly kind: 'chunks' }): ReplyPlace {
  const { head } = place
  const chunk = chunkAt(bytes, place.next)
  switch (chunk.kind) {
    case 'more':
      return place
    case 'malformed':
      return { kind: 'broken', head, why: 'its chunks are malformed' }
    case 'chunk':
      return { kind: chunk.last ? 'trailer' : 'chunks', head, next: chunk.next }
  }
}

/** Line by line up to an empty one; what a trailer says is of no interest. */
function stepTrailer(bytes: Uint8Array, place: ReplyPlace & { readonly kind: 'trailer' }): ReplyPlace {
  const feed = bytes.indexOf(10, place.next)
  if (feed < 0) return place
  const empty = feed === place.next || (feed === place.next + 1 && bytes[place.next] === 13)
  return { kind: empty ? 'whole' : 'trailer', head: place.head, next: feed + 1 }
}

/** Of all bytes that came, whether or not the connection ended in order. */
export function readReply(bytes: Uint8Array): HttpReply {
  const place = followReply(bytes, replyBegins)
  if (place.kind === 'head') return unreadable(bytes.length === 0 ? 'nothing came' : 'it ends within its head')
  if (place.head === undefined) return unreadable(place.kind === 'broken' ? place.why : 'it has no head')
  const { status, fields, coding } = place.head
  if (coding !== undefined) return unreadable(`its body is coded as ${coding}, which was not asked for`)
  const body = new TextDecoder().decode(bodyOf(bytes, place.head))
  return { kind: 'reply', status, fields, body, whole: place.kind === 'whole' || place.kind === 'until-close' }
}

/** What there is of it. */
function bodyOf(bytes: Uint8Array, { framing, end }: ReplyHead): Uint8Array {
  switch (framing.kind) {
    case 'none':
      return new Uint8Array()
    case 'length':
      return bytes.subarray(end, end + framing.length)
    case 'until-close':
      return bytes.subarray(end)
    case 'chunked':
      return joinedChunks(bytes, end)
  }
}

function joinedChunks(bytes: Uint8Array, from: number): Uint8Array {
  const joined = new Uint8Array(bytes.length - from)
  let size = 0
  for (let at = from; ;) {
    const chunk = chunkAt(bytes, at)
    joined.set(chunk.data, size)
    size += chunk.data.length
    if (chunk.kind !== 'chunk' || chunk.last) return joined.subarray(0, size)
    at = chunk.next
  }
}

const unreadable = (why: string): HttpReply => ({ kind: 'unreadable', why })
