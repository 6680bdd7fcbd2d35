/** Reads the reply to one HTTP/1.1 request at a time from text that arrives in pieces. Text is latin1, so that a character is a byte. */

export type Reply = { readonly status: number; readonly body: string }

/** Not a client for the world: no interim replies, no pipelining, no reply that ends with its connection. Those throw. */
export class ReplyReader {
  #seen = ''
  #head = ''

  /** Of the reply that was read last. */
  get head(): string {
    return this.#head
  }

  /** Whether a part of a reply has come. */
  get hasBegun(): boolean {
    return this.#seen !== ''
  }

  /** The reply, once it is whole. A piece that goes beyond its end throws: nobody asked for more. */
  read(piece: string): Reply | undefined {
    this.#seen = this.#seen === '' ? piece : this.#seen + piece
    const headEnd = this.#seen.indexOf('\r\n\r\n')
    if (headEnd < 0) return undefined
    const framed = frame(this.#seen, headEnd)
    if (framed === undefined) return undefined
    if (framed.end !== this.#seen.length) throw new Error(`${this.#seen.length - framed.end} bytes beyond the reply`)
    const status = Number(this.#seen.slice(9, 12))
    this.#head = this.#seen.slice(0, headEnd)
    this.#seen = ''
    return { status, body: framed.body }
  }
}

type Framed = { readonly body: string; readonly end: number }

const lengthField = /\r\ncontent-length: *(\d+)/i
const chunkedField = /\r\ntransfer-encoding: *chunked/i

function frame(text: string, headEnd: number): Framed | undefined {
  const head = text.slice(0, headEnd)
  const start = headEnd + 4
  const length = lengthField.exec(head)?.[1]
  if (length !== undefined) {
    const end = start + Number(length)
    return text.length < end ? undefined : { body: text.slice(start, end), end }
  }
  if (chunkedField.test(head)) return dechunk(text, start)
  throw new Error(`a reply without a length: ${head}`)
}

function dechunk(text: string, start: number): Framed | undefined {
  let body = ''
  for (let at = start; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error(`not a chunk size: ${text.slice(at, lineEnd)}`)
    const next = lineEnd + 2 + size + 2
    if (text.length < next) return undefined
    if (size === 0) return { body, end: next }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = next
  }
}

/** The value of a string member, found by search instead of parsing; undefined where it is absent or contains an escape. */
export function findStringField(json: string, name: string): string | undefined {
  const key = json.indexOf(`"${name}"`)
  if (key < 0) return undefined
  const open = json.indexOf('"', json.indexOf(':', key + name.length + 2))
  const close = json.indexOf('"', open + 1)
  if (open < 0 || close < 0) return undefined
  const value = json.slice(open + 1, close)
  return value.includes('\\') ? undefined : value
}
