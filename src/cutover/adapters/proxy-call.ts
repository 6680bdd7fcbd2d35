/** One GET through a proxy, over a connection of its own: a balancer chooses the address that it leaves from for each connection anew. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { ProxyAddress } from './proxy-url.ts'
import { openSocksTunnel } from './socks-tunnel.ts'

const { request: requestHttp } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)

export type ProxyCall = {
  readonly proxy: ProxyAddress
  readonly url: URL
  readonly withinMs: number
}

const longestBody = 64 * 1024
const mostRedirects = 3 // SF-272: people call the echo with curl -L

/** The body of a 2xx. Rejects with what went wrong, which names the proxy without its credentials. */
export async function getThrough(call: ProxyCall): Promise<string> {
  const stop = AbortSignal.timeout(call.withinMs)
  try {
    return await follow(call, stop)
  } catch (cause) {
    if (stop.aborted) throw new Error(`nothing came through ${call.proxy.shown} within ${call.withinMs} ms`, { cause })
    throw cause
  }
}

async function follow({ proxy, url }: ProxyCall, stop: AbortSignal): Promise<string> {
  let at = url
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const { status, location, body } = await getOnce(proxy, at, stop)
    if (status >= 200 && status < 300) return body
    const next = status >= 300 && status < 400 && location !== undefined ? URL.parse(location, at.href) : null
    if (next === null || !/^https?:$/.test(next.protocol))
      throw new Error(`${at.host} through ${proxy.shown} answered ${status}`)
    at = next
  }
  throw new Error(`${url.host} leads from one place to the next without end`)
}

type Answer = { readonly status: number; readonly location: string | undefined; readonly body: string }

/** Over HTTP, plain requests in absolute form, others through CONNECT: what a client of such a proxy does (SF-267). */
async function getOnce(proxy: ProxyAddress, url: URL, stop: AbortSignal): Promise<Answer> {
  if (url.protocol === 'http:' && proxy.protocol !== 'socks5')
    return await answerOf(toProxy(proxy, { path: url.href, headers: { host: url.host } }, stop))
  if (url.protocol === 'http:') {
    const socket = await openSocksTunnel(proxy, url, stop)
    return await answerOf(requestHttp(url, { createConnection: () => socket, signal: stop })).finally(() =>
      socket.destroy(),
    )
  }
  const tls =
    proxy.protocol === 'socks5'
      ? await overTls(await openSocksTunnel(proxy, url, stop), url)
      : await tunnelTo(proxy, url, stop)
  // an agent, be it `false`, would not ask for the connection, and leave directly
  try {
    return await answerOf(requestHttps(url, { createConnection: () => tls, signal: stop }))
  } finally {
    tls.destroy()
  }
}

type Asked = { readonly method?: string; readonly path: string; readonly headers: { readonly host: string } }

function toProxy(proxy: ProxyAddress, options: Asked, signal: AbortSignal): ClientRequest {
  const { protocol, host, port, credentials } = proxy
  return (protocol === 'https' ? requestHttps : requestHttp)({
    ...{ ...options, host, port, agent: false, signal },
    servername: serverName(host), // else it would be that of the Host header
    headers: {
      ...options.headers,
      ...(credentials === undefined ? {} : { 'proxy-authorization': basic(credentials) }),
    },
  })
}

const basic = ({ user, password }: NonNullable<ProxyAddress['credentials']>): string =>
  `Basic ${Buffer.from(`${user}:${password.expose()}`, 'utf8').toString('base64')}`

/** An address is none (RFC 6066 section 3); the certificate is compared with the host then. */
const serverName = (host: string): string => (isIP(host) === 0 ? host : '')

async function tunnelTo(proxy: ProxyAddress, url: URL, stop: AbortSignal): Promise<TLSSocket> {
  const authority = `${url.hostname}:${url.port === '' ? 443 : url.port}`
  const asked = toProxy(proxy, { method: 'CONNECT', path: authority, headers: { host: authority } }, stop)
  const opened = await new Promise<Socket>((resolve, reject) => {
    asked.once('error', reject)
    asked.once('response', (response) => {
      response.destroy()
      reject(new Error(`${proxy.shown} refused the tunnel with ${response.statusCode ?? 0}`))
    })
    asked.once('connect', (response, socket, head) => {
      if (response.statusCode !== 200 || head.length > 0) {
        socket.destroy()
        return reject(new Error(`${proxy.shown} refused the tunnel with ${response.statusCode ?? 0}`))
      }
      resolve(socket)
    })
    asked.end()
  })
  return await overTls(opened, url)
}

async function overTls(socket: Socket, url: URL): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return await new Promise<TLSSocket>((resolve, reject) => {
    const tls = connect({ socket, host, servername: serverName(host) }, () => resolve(tls))
    tls.once('error', reject)
  })
}

async function answerOf(asked: ClientRequest): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('error', reject)
    asked.once('response', resolve)
    asked.end()
  })
  let body = ''
  response.setEncoding('utf8')
  for await (const part of response) {
    body += String(part)
    if (body.length > longestBody) throw new Error('the answer has no end')
  }
  return { status: response.statusCode ?? 0, location: response.headers.location, body }
}
