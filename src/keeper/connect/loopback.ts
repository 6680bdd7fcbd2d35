/** A listener on the loopback redirect URI of an app, for one answer (RFC 8252 section 7.3). */
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { timingSafeEqual } from 'node:crypto'
import { watchConnections } from '../../http/unused-connections.ts'
import { KeeperError } from '../keeper-error.ts'
import { hashOf } from './parts.ts'
import { pageOf, type Page } from './page.ts'

export type Answered = {
  readonly page: Page
  /** False: the same callback may come again, and is waited for. */
  readonly over: boolean
}

export type LoopbackWish = {
  readonly redirectUri: string
  /** What the answer has to carry; any other ends nothing. */
  readonly state: string
  /** Given the whole URL of the callback. Never rejects. */
  readonly answer: (url: string) => Promise<Answered>
}

export type Listener = {
  /** Lets the page that is being answered go out. */
  readonly close: () => Promise<void>
  /** Resolves when it is, for whatever reason. */
  readonly closed: Promise<void>
}

/** Listening when it resolves, on loopback alone. Rejects with a KeeperError where the port is not to be had. */
export async function listenForCallback(wish: LoopbackWish): Promise<Listener> {
  const { createServer } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)
  const { hostname, port } = new URL(wish.redirectUri)
  const servers: Listening[] = []
  const over = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= closeAll(servers).finally(over.resolve))
  const taking = { busy: false }
  const serve = (request: IncomingMessage, response: ServerResponse): void =>
    void respond({ ...wish, taking, close }, request, response)
  const limits = { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 1, maxHeaderSize: 16_384 }
  for (const host of hostsOf(hostname)) {
    const server = createServer(limits, serve)
    const endUnused = watchConnections(server)
    server.maxConnections = 20
    try {
      server.listen({ host, port: port === '' ? 80 : Number(port), exclusive: true })
      await once(server, 'listening')
      servers.push({ server, endUnused })
    } catch (cause) {
      if (servers.length > 0 && codeOf(cause) !== 'EADDRINUSE') continue // a machine without IPv6
      await close()
      throw notFree(wish.redirectUri, cause)
    }
  }
  return { close, closed: over.promise }
}

/** A browser may take either for localhost, and whoever has the other one would be given the code. */
const hostsOf = (hostname: string): readonly string[] =>
  hostname === 'localhost' ? ['127.0.0.1', '::1'] : [hostname.replace(/^\[|\]$/g, '')]

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)

function notFree(redirectUri: string, cause: unknown): KeeperError {
  const { host, port } = new URL(redirectUri)
  const why = codeOf(cause) === 'EADDRINUSE' ? 'another program listens on it' : codeOf(cause)
  return new KeeperError('PORT_NOT_FREE', `${host} is where the browser is sent back to, and ${why}.`, {
    next: [
      `ss -ltnp 'sport = :${port === '' ? '80' : port}'`,
      'Stop that program, or take another of the callback URLs that the app has in Setup.',
    ],
  })
}

type Listening = { readonly server: Server; readonly endUnused: () => void }

async function closeAll(servers: readonly Listening[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ server, endUnused }) => {
      server.close()
      endUnused()
      await once(server, 'close')
    }),
  )
}

type Serving = LoopbackWish & { readonly taking: { busy: boolean }; readonly close: () => Promise<void> }

async function respond(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refused = refusalOf(serving, request)
  if (refused !== undefined) return send(response, refused)
  serving.taking.busy = true
  const { page, over } = await serving.answer(new URL(request.url ?? '', serving.redirectUri).href)
  serving.taking.busy = over
  response.once('close', () => void (over && serving.close()))
  send(response, page)
}

function refusalOf(
  { redirectUri, state, taking }: Serving,
  { method, headers, url = '' }: IncomingMessage,
): Page | undefined {
  const own = new URL(redirectUri)
  // a page whose name was led to this machine (DNS rebinding) comes with that name
  if (headers.host?.toLowerCase() !== own.host) return nothing(421, 'This listener has another name.')
  if (method !== 'GET') return nothing(405, 'Only a browser that is sent back from the login comes here.')
  const came = URL.parse(url, redirectUri)
  if (came === null || !url.startsWith('/') || came.origin !== own.origin || came.pathname !== own.pathname)
    return nothing(404, 'There is nothing here.')
  const states = came.searchParams.getAll('state')
  if (states.length !== 1 || !isSame(states[0] ?? '', state))
    return nothing(400, 'This is not the answer to the login that was begun. It is still waited for.')
  return taking.busy ? nothing(409, 'This answer was taken before.') : undefined
}

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(hashOf(a)), Buffer.from(hashOf(b)))

const nothing = (status: number, line: string): Page => pageOf({ status, title: 'Sallyport', lines: [line] })

function send(response: ServerResponse, { status, headers, body }: Page): void {
  response.writeHead(status, { ...headers, connection: 'close' }).end(body)
}
