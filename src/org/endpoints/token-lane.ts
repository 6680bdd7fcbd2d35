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
    const pieces: Buffer[] = [] // a refresh comes in one
    message.on('data', (piece: Buffer) => void pieces.push(piece))
    message.on('end', () => {
      const [first] = pieces
      const body = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces)
      answering(message, body.toString('utf8')).then(
        (answered) => (answered === 'cut' ? cut(response) : write(response, answered)),
        (cause: unknown) => fail(message, response, cause),
      )
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
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}
