/** A small server for the pages alone: shows what it is given, redirects posts, remembers what arrived. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { assets } from '../../src/org/pages/assets.ts'
import { pageHeaders, type PageHeaderOptions } from '../../src/org/pages/security-headers.ts'

export type Shown = {
  readonly document: string
  readonly headers?: PageHeaderOptions
  /** Where a post to `/submitted` is redirected to; left out, it is answered in place. */
  readonly redirect?: string
}

export type Arrived = {
  readonly method: string
  readonly path: string
  readonly origin: string | undefined
  readonly body: Readonly<Record<string, string>>
}

export type PageServer = {
  /** `http://127.0.0.1:port` without a slash at the end. */
  readonly origin: string
  /** What `GET /` answers from now on. */
  show(shown: Shown): void
  /** All requests but those for assets, in order. */
  readonly arrived: readonly Arrived[]
  [Symbol.asyncDispose](): Promise<void>
}

export async function openPageServer(): Promise<PageServer> {
  let shown: Shown = { document: '' }
  const arrived: Arrived[] = []
  const server = createServer((request, response) => void answer(request, response, { shown, arrived }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the page server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    show: (next) => void (shown = next),
    arrived,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Memory = { readonly shown: Shown; readonly arrived: Arrived[] }

async function answer(request: IncomingMessage, response: ServerResponse, { shown, arrived }: Memory): Promise<void> {
  const path = request.url ?? '/'
  const asset = assets.find((each) => each.path === path)
  if (asset !== undefined) return void response.writeHead(200, asset.headers).end(asset.body)
  arrived.push(await arrivedFrom(request, path))
  if (path === '/submitted' && shown.redirect !== undefined)
    return void response.writeHead(303, { location: shown.redirect }).end()
  response.writeHead(200, pageHeaders(shown.headers ?? { formActions: [] })).end(shown.document)
}

async function arrivedFrom(request: IncomingMessage, path: string): Promise<Arrived> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const body = Object.fromEntries(new URLSearchParams(text))
  return { method: request.method ?? '', path, origin: request.headers.origin, body }
}
