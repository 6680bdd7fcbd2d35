/** One request and its whole reply, over node:http: `fetch` would refuse some ports and cannot choose the address to call from. */
import type { IncomingHttpHeaders } from 'node:http'
import { request as overHttps } from 'node:https'

const { request: overHttp } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)

export type Outgoing = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** An address of this machine. */
  readonly from?: string
}

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** Milliseconds; the org itself gives up sooner. */
const deadline = 35_000

/** Follows no redirect. Rejects with the socket's error, or with ETIMEDOUT. */
export function httpExchange(url: URL, { method, headers, body, from }: Outgoing): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const request = url.protocol === 'https:' ? overHttps : overHttp
  const options = {
    method,
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body ?? '')) },
    ...(from === undefined ? {} : { localAddress: from }),
    agent: false,
    signal: AbortSignal.timeout(deadline),
  }
  const sent = request(url, options, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() })
    })
  })
  sent.on('error', (cause) => reject(options.signal.aborted ? timedOut(url) : cause))
  sent.end(body)
  return promise
}

const timedOut = (url: URL): Error =>
  Object.assign(new Error(`${url.origin} did not answer within ${deadline / 1000} s`), { code: 'ETIMEDOUT' })
