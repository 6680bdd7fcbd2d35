/** A lane of its own for the ordinary token request: a POST of a short form with its length. Everything else takes the framework's way. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OrgParts } from '../parts.ts'
import type { HttpAnswer } from './formats.ts'
import { refusalAnswer } from './oauth-form.ts'
import { cut, tokenPath } from './token.ts'

/** Longest body of the lane in bytes: a refresh takes some 300. */
const longestBody = 16 * 1024

export type Answering = (message: IncomingMessage, body: string) => Promise<HttpAnswer | 'cut'>

/** True where the request was taken; the answer follows. */
export function openTokenLane(
  parts: OrgParts,
  answering: Answering,
): (message: IncomingMessage, response: ServerResponse) => boolean {
  const fail = (message: IncomingMessage, response: ServerResponse, cause: unknown): void => {
    parts.log.error('request-failed', { path: tokenPath, cause: cause instanceof Error ? cause.stack : String(cause) })
    const refusal = { code: 'STORE_NOT_AVAILABLE', saw: { why: 'an internal error' } } as const
    if (!response.headersSent) write(response, refusalAnswer(parts, { accept: message.headers.accept }, refusal))
  }
  return (message, response) => {
    if (!isOrdinary(message)) return false
    const answerBody = (body: Buffer): void => {
      answering(message, body.toString('utf8')).then(
        (answered) => (answered === 'cut' ? cut(response) : write(response, answered)),
        (cause: unknown) => fail(message, response, cause),
      )
    }
    const length = Number(message.headers['content-length'])
    if (length === 0) answerBody(Buffer.alloc(0))
    const pieces: Buffer[] = [] // a refresh comes in one
    let missing = length
    message.on('data', (piece: Buffer) => {
      missing -= piece.length
      if (missing > 0) return void pieces.push(piece)
      // whole by its length: the message's own end comes a turn later and says nothing new
      answerBody(pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]))
    })
    return true
  }
}

function isOrdinary({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    url === tokenPath &&
    headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true &&
    headers.expect === undefined &&
    Number(headers['content-length'] ?? Number.NaN) <= longestBody
  )
}

function write(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  const length = Buffer.byteLength(body)
  // ASCII, as almost every answer is, needs no encoder
  const encoding = length === body.length ? 'latin1' : 'utf8'
  response.writeHead(status, { ...headers, 'content-length': length }).end(body, encoding)
}
