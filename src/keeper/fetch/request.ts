/** A caller's request, made ready to be sent once or twice. */
import { Readable } from 'node:stream'
import { KeeperError } from '../keeper-error.ts'
import type { FetchInit } from '../keeper-face.ts'

export type ReadyRequest = {
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes may be sent again, a stream not. */
  readonly body: Uint8Array | Readable | undefined
  readonly signal: AbortSignal | undefined
}

/** The token's, and what frames a message or leads it somewhere. */
const ours: ReadonlySet<string> = new Set([
  ...['authorization', 'host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te'],
  ...['trailer', 'expect', 'proxy-authorization', 'proxy-connection'],
])

/** Rejects with a KeeperError. */
export async function readyRequest({ method = 'GET', headers, body, signal }: FetchInit): Promise<ReadyRequest> {
  if (!/^[A-Z]{1,20}$/.test(method) || method === 'CONNECT' || method === 'TRACE')
    throw new KeeperError('INVALID', 'This is no method for a request.', {
      next: ['Write GET, POST, PATCH, PUT, DELETE or HEAD.'],
    })
  const given = headersOf(headers)
  for (const name of given.keys())
    if (ours.has(name))
      throw new KeeperError('INVALID', `The header ${name} is not the caller's to set.`, { next: ['Leave it out.'] })
  const own = Object.fromEntries(given)
  if (body === undefined || body === null) return { method, headers: own, body: undefined, signal }
  if (method === 'GET' || method === 'HEAD')
    throw new KeeperError('INVALID', `A ${method} has no body.`, { next: ['Say another method.'] })
  if (body instanceof ReadableStream) return { method, headers: own, body: Readable.fromWeb(body), signal }
  // what a browser makes of a form, a text or a blob, its content type included
  const made = new Response(body)
  const type = made.headers.get('content-type')
  const typed = type === null || given.has('content-type') ? own : { ...own, 'content-type': type }
  return { method, headers: typed, body: new Uint8Array(await made.arrayBuffer()), signal }
}

function headersOf(headers: FetchInit['headers']): Headers {
  try {
    return new Headers(headers)
  } catch {
    throw new KeeperError('INVALID', 'A header has a name or a value that none can have.', {
      next: ['Take line ends and characters beyond Latin 1 out of it.'],
    })
  }
}
