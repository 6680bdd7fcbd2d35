/** An answer as `fetch` gives it. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { KeeperError } from '../keeper-error.ts'

/** Statuses that have no body (Fetch standard, null body status). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/** `body`: what was read of it already, all of it. */
export function responseOf(incoming: IncomingMessage, url: URL, body?: Uint8Array<ArrayBuffer>): Response {
  const { statusCode: status = 0, statusMessage = '' } = incoming
  if (status < 200 || status > 599) {
    incoming.destroy()
    throw new KeeperError('SERVER_TROUBLE', `${url.host} answered with the status ${status}, which there is not.`)
  }
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  const init = { status, headers, statusText: /^[\t -~\u0080-\u00ff]*$/.test(statusMessage) ? statusMessage : '' }
  if (bodiless.has(status)) incoming.resume()
  const response = new Response(bodiless.has(status) ? null : (body ?? webStream(incoming)), init)
  Object.defineProperty(response, 'url', { value: url.href })
  return response
}

// Node's own web stream, which its own Response takes: the two types differ in what neither uses
const webStream = (incoming: IncomingMessage): ReadableStream => Readable.toWeb(incoming)

/** It goes on where nobody reads any more. */
export class LongerThanRead extends Error {
  constructor(most: number) {
    super(`an answer of more than ${most} bytes`)
    this.name = 'LongerThanRead'
  }
}

/** Rejects with LongerThanRead; what was read of it is gone then, so it is asked only of what is to be short. */
export async function readWhole(incoming: IncomingMessage, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) throw new Error('an answer is bytes')
    size += chunk.length
    if (size > most) throw new LongerThanRead(most)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
