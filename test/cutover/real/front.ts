/** Stands before an admin API and passes everything on as it is, until a test has it do otherwise with a request. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { text } from 'node:stream/consumers'

export type Passing = {
  readonly method: string
  readonly path: string
  readonly body: string
  /** As the runner has sent it. */
  readonly authorization: string
  /** To whom it belongs; it may be sent on more than once, or not at all. */
  readonly passOn: (body?: string) => Promise<Reply>
}
export type Reply = { readonly status: number; readonly body: string; readonly etag?: string | undefined }

/** As a status: the connection is cut, and there is no answer. */
export const cut = 0

/** Undefined: passed on as it is. */
export type Bend = (passing: Passing) => Promise<Reply | undefined> | undefined

export type Front = {
  readonly origin: string
  /** In the place of what was said before. */
  readonly bend: (bend: Bend) => void
  /** What a bend has thrown. */
  readonly faults: readonly unknown[]
}

export async function openFront(t: TestContext, to: string): Promise<Front> {
  let bent: Bend = () => undefined
  const faults: unknown[] = []
  const server = createServer((incoming, response) => {
    answer(incoming, response, { to, bend: (passing) => bent(passing) }).catch((cause: unknown) => {
      if (!incoming.socket.destroyed) faults.push(cause)
      incoming.socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bend: (next) => void (bent = next),
    faults,
  }
}

type Standing = { readonly to: string; readonly bend: Bend }

async function answer(incoming: IncomingMessage, response: ServerResponse, { to, bend }: Standing): Promise<void> {
  const body = await text(incoming)
  const { method = 'GET', url: path = '/', headers } = incoming
  const { authorization = '' } = headers
  const passOn = async (other = body): Promise<Reply> => await send(to, incoming, other)
  const reply = (await bend({ method, path, body, authorization, passOn })) ?? (await passOn().catch(noAnswer))
  if (reply.status === cut) return void incoming.socket.destroy()
  const etag = reply.etag === undefined ? {} : { etag: reply.etag }
  response.writeHead(reply.status, { 'content-type': 'application/json', ...etag })
  response.end(reply.body)
}

/** Whoever is behind it is not there. */
const noAnswer = (): Reply => ({ status: cut, body: '' })

async function send(to: string, incoming: IncomingMessage, body: string): Promise<Reply> {
  const { 'host': _, 'content-length': __, 'connection': ___, 'transfer-encoding': ____, ...headers } = incoming.headers
  const outgoing = request(`${to}${incoming.url}`, {
    ...{ method: incoming.method, agent: false },
    headers: { ...headers, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }) },
  })
  outgoing.end(body)
  const [reply] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: reply.statusCode ?? 502, body: await text(reply), etag: reply.headers.etag }
}

export const isSave = ({ method, path }: Passing): boolean =>
  method === 'PUT' && path.endsWith('/refresh-token-ip-allowlist')
export const isPoolChange = ({ method, path }: Passing): boolean => method === 'PUT' && path.endsWith('/egress')
