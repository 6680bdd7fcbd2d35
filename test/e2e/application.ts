/** A web application as a customer has it: a page with a link, a callback that checks the state and exchanges the code. Plain `node:http`. */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fields = Readonly<Record<string, string>>

export type Application = {
  readonly origin: string
  readonly callback: string
  /** As an object of the org file. */
  readonly app: Readonly<Record<string, unknown>>
  /** The org that `/connect` leads to from now on; its query goes along to authorize. */
  connectTo(orgUrl: string): void
  /** The queries that came to the callback, oldest first. */
  readonly arrived: readonly Fields[]
  /** Verifiers that it made and replies that it got, oldest first. */
  readonly secrets: readonly string[]
  [Symbol.asyncDispose](): Promise<void>
}

export const consumerKey = '3MVG9orders'
export const consumerSecret = 'orders-consumer-secret-0123456789'

type Journey = { readonly state: string; readonly verifier: string }

/** One journey for each visitor, whom a cookie tells apart: an answer with a state that is not his is refused. */
class Connections {
  readonly arrived: Fields[] = []
  readonly secrets: string[] = []
  readonly #journeys = new Map<string, Journey>()
  readonly #callback: string
  orgUrl = ''

  constructor(callback: string) {
    this.#callback = callback
  }

  start(response: ServerResponse, asked: URLSearchParams): void {
    const [visitor, state, verifier] = [random(16), `${random(8)} &=%é`, random(32)]
    this.#journeys.set(visitor, { state, verifier })
    this.secrets.push(verifier)
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: consumerKey, redirect_uri: this.#callback, state },
      ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
      ...Object.fromEntries(asked),
    })
    response.setHeader('set-cookie', `visitor=${visitor}; Path=/; HttpOnly; SameSite=Lax`)
    response.writeHead(302, { location: `${this.orgUrl}/services/oauth2/authorize?${query.toString()}` }).end()
  }

  async finish(response: ServerResponse, query: URLSearchParams, visitor: string): Promise<void> {
    this.arrived.push(Object.fromEntries(query))
    const journey = this.#journeys.get(visitor)
    if (journey?.state !== query.get('state')) return show(response, 400, 'The state is not ours')
    this.#journeys.delete(visitor)
    const error = query.get('error')
    if (error !== null) return show(response, 200, `Not connected: ${error}`)
    const reply = await this.#exchange(query.get('code') ?? '', journey)
    show(response, 200, 'access_token' in reply ? 'Connected' : `Not connected: ${JSON.stringify(reply)}`)
  }

  async #exchange(code: string, { verifier: code_verifier }: Journey): Promise<Fields> {
    const response = await fetch(`${this.orgUrl}/services/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')}` },
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', code, code_verifier, redirect_uri: this.#callback },
      }),
    })
    const reply: Fields = JSON.parse(await response.text())
    const { access_token = '', refresh_token = '', id_token = '' } = reply
    this.secrets.push(code, ...[access_token, refresh_token, id_token].filter((text) => text !== ''))
    return reply
  }
}

const random = (bytes: number): string => randomBytes(bytes).toString('base64url')

/** Its page tells the window that opened it, if one did: that is how an app hears from its popup. */
function show(response: ServerResponse, status: number, words: string): void {
  const tell = `<script>opener?.postMessage(document.querySelector('h1').textContent, '*')</script>`
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><title>${words}</title><h1>${words}</h1><a href="/connect">Connect</a>${tell}`)
}

export async function openApplication(): Promise<Application> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin)
    const visitor = /visitor=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    if (url.pathname === '/connect') return connections.start(response, url.searchParams)
    if (url.pathname === '/favicon.ico') return void response.writeHead(204).end()
    if (url.pathname !== '/callback') return show(response, 200, 'Order Sync')
    connections.finish(response, url.searchParams, visitor).catch((cause) => show(response, 500, String(cause)))
  })
  const origin = await listen(server)
  const callback = `${origin}/callback`
  const connections = new Connections(callback)
  return {
    ...{ origin, callback, arrived: connections.arrived, secrets: connections.secrets },
    app: {
      ...{ name: 'Orders', label: 'Order Sync', contactEmail: 'support@ordersync.example' },
      globalOauthSettings: { consumerKey, consumerSecret, callbackUrl: callback },
      oauthSettings: { commaSeparatedOauthScopes: 'Api, Web, RefreshToken, OpenID' },
    },
    connectTo: (url) => void (connections.orgUrl = url),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a server that listens on a port has an address of this form
  return `http://127.0.0.1:${port}`
}
