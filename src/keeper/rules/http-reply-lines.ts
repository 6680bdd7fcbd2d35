/** Lines and chunks of a reply (RFC 9112 sections 5 and 7.1). */

export type ReplyField = {
  /** Lower case. */
  readonly name: string
  /** Without the white space around it; one character a byte. */
  readonly value: string
}

/** A line that is no field is left out: it is nobody's to be understood, and the body may be the only copy of a token. */
export function fieldsOf(lines: readonly string[]): readonly ReplyField[] {
  const fields: ReplyField[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trimEnd()
    if (tokenShape.test(name)) fields.push({ name: name.toLowerCase(), value: line.slice(colon + 1).trim() })
  }
  return fields
}

/** The values of one field, over all its lines and commas. */
export const listOf = (fields: readonly ReplyField[], name: string): readonly string[] =>
  fields
    .filter((field) => field.name === name)
    .flatMap(({ value }) => value.split(','))
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')

/** `data` is what there is of it. */
export type Chunk = { readonly data: Uint8Array } & (
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed' }
  /** The next chunk, or the trailer where this was the last one, begins at `next`. */
  | { readonly kind: 'chunk'; readonly last: boolean; readonly next: number }
)

export function chunkAt(bytes: Uint8Array, at: number): Chunk {
  const feed = bytes.indexOf(10, at)
  if (feed < 0) return { kind: bytes.length - at > longestSizeLine ? 'malformed' : 'more', data: none }
  const line = latin1(bytes.subarray(at, Math.min(feed, at + longestSizeLine)))
  const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?\r?$/is.exec(line)?.[1]
  if (size === undefined) return { kind: 'malformed', data: none }
  const from = feed + 1
  const to = from + Number.parseInt(size, 16)
  if (from === to) return { kind: 'chunk', last: true, next: to, data: none }
  const data = bytes.subarray(from, to)
  const next = bytes[to] === 13 ? to + 1 : to
  if (bytes[next] === undefined) return { kind: 'more', data }
  return bytes[next] === 10 ? { kind: 'chunk', last: false, next: next + 1, data } : { kind: 'malformed', data }
}

/** One character a byte; bounded by its callers. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 1024) text += String.fromCharCode(...bytes.subarray(at, at + 1024))
  return text
}

const tokenShape = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const longestSizeLine = 1024
const none = new Uint8Array()
