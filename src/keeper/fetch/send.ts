/** One request over one connection of its own, through the proxy like everything that goes to Salesforce. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Secret } from '../../values/secret.ts'
import { KeeperError } from '../keeper-error.ts'
import { destinationOf } from '../refresh/form-post.ts'
import type { Transport } from '../transport/transport.ts'
import type { Tunnel } from '../transport/tunnel.ts'
import type { ReadyRequest } from './request.ts'

export type Sending = { readonly target: URL; readonly token: Secret; readonly request: ReadyRequest }

/** Milliseconds: to be connected, and without a byte in either direction. */
const limits = { connect: 30_000, idle: 120_000 } as const

/** Follows no redirect. Rejects with a KeeperError where nothing was sent, with the reason of the signal, or as `fetch` does. */
export async function send(transport: Pick<Transport, 'tunnel'>, sending: Sending): Promise<IncomingMessage> {
  const { target, request } = sending
  request.signal?.throwIfAborted()
  const tunnel = await transport.tunnel({ ...destinationOf(target.origin), withinMs: limits.connect })
  if (!tunnel.ok)
    throw new KeeperError('NOT_SENT', `Nothing was sent to ${target.host}: ${tunnel.fault.why}.`, {
      next: ['See that the proxy is there and admits this destination, and do it again.'],
    })
  try {
    return await over(tunnel.value, sending)
  } catch (cause) {
    tunnel.value.raw.destroy()
    request.signal?.throwIfAborted()
    throw new TypeError('fetch failed', { cause })
  }
}

async function over({ raw, stream }: Tunnel, { target, token, request }: Sending): Promise<IncomingMessage> {
  const { method, headers, body, signal } = request
  // an import would load undici with it (decision 0010)
  const outgoing = process.getBuiltinModule('node:http').request({
    ...{ createConnection: () => stream, setHost: false, method, path: `${target.pathname}${target.search}` },
    headers: {
      ...{ 'accept': '*/*', 'accept-encoding': 'identity', ...headers },
      ...{ host: target.host, authorization: `Bearer ${token.expose()}`, connection: 'close' },
      ...(body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}),
    },
    ...(signal === undefined ? {} : { signal }),
  })
  raw.setTimeout(limits.idle, () => outgoing.destroy(new Error(`nothing came for ${limits.idle / 1000} s`)))
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.once('close', () => reject(new Error('the connection was closed without an answer')))
  })
  if (body instanceof Readable) {
    answered.catch(() => undefined) // the pipeline tells the same
    await Promise.race([pipeline(body, outgoing), answered])
  } else outgoing.end(body)
  const incoming = await answered
  incoming.once('close', () => raw.destroy())
  return incoming
}
