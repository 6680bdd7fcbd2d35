/** Reads a request that came in one piece and is as plain as almost every one is. Whatever is not so is left to node:http, whole and unread. */

/** Fields that an answer may look at; undefined where the request has none. */
export type PlainFields = {
  'host': string | undefined
  'accept': string | undefined
  'authorization': string | undefined
  'connection': string | undefined
  'content-length': string | undefined
  'content-type': string | undefined
  'forwarded': string | undefined
  'user-agent': string | undefined
  'x-forwarded-for': string | undefined
}
export type WholeRequest = { readonly headers: Readonly<PlainFields>; readonly body: string }

/** Lower case, no underscore: a name that another reader might take for one of ours is not plain. */
const plainName = /^[a-z][a-z0-9-]*$/
const plainValue = /^[\x20-\x7e]*$/
const plainBody = /^[\x20-\x7e]*$/
const plainLength = /^[1-9]\d{0,5}$/
/** They say where the message ends, or that more is to be said before it goes on. */
const notPlain: ReadonlySet<string> = new Set([
  'expect',
  'http2-settings',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const kept: ReadonlySet<string> = new Set<keyof PlainFields>([
  ...(['host', 'accept', 'authorization', 'connection', 'content-length', 'content-type'] as const),
  ...(['forwarded', 'user-agent', 'x-forwarded-for'] as const),
])
const headEnd = '\r\n\r\n'

/** `requestLine` with its CR LF. Undefined unless the piece is one whole request to it with a body of printable ASCII, and not a byte more. */
export function readWholeRequest(piece: Buffer, requestLine: string): WholeRequest | undefined {
  const text = piece.toString('latin1')
  if (!text.startsWith(requestLine)) return undefined
  const end = text.indexOf(headEnd, requestLine.length)
  if (end === -1) return undefined
  const headers = readFields(text, { at: requestLine.length, end })
  if (headers === undefined || !isPlain(headers)) return undefined
  const body = text.slice(end + headEnd.length)
  return Number(headers['content-length']) === body.length && plainBody.test(body) ? { headers, body } : undefined
}

function readFields(text: string, { at, end }: { readonly at: number; readonly end: number }): PlainFields | undefined {
  const fields: PlainFields = {
    'host': undefined,
    'accept': undefined,
    'authorization': undefined,
    'connection': undefined,
    'content-length': undefined,
    'content-type': undefined,
    'forwarded': undefined,
    'user-agent': undefined,
    'x-forwarded-for': undefined,
  }
  for (let start = at; start < end;) {
    const next = text.indexOf('\r\n', start)
    const colon = text.indexOf(':', start)
    if (colon === -1 || colon > next) return undefined
    const name = text.slice(start, colon).toLowerCase()
    const value = text.slice(colon + 1, next)
    if (!plainName.test(name) || !plainValue.test(value) || notPlain.has(name)) return undefined
    if (isKept(name)) {
      if (fields[name] !== undefined) return undefined // twice: how they are joined is not for this reader to say
      fields[name] = value.trim() // of nothing but spaces, as the test before has shown
    }
    start = next + 2
  }
  return fields
}

const isKept = (name: string): name is keyof PlainFields => kept.has(name)

function isPlain(fields: PlainFields): boolean {
  const { host, connection } = fields
  return (
    host !== undefined &&
    host !== '' &&
    (connection === undefined || connection.toLowerCase() === 'keep-alive') &&
    plainLength.test(fields['content-length'] ?? '')
  )
}
