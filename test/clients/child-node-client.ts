/** One redemption by one of the ways in which Node programs use a proxy: `node child-node-client.ts NAME`. TOKEN_URL and FORM say what, the proxy
 *  variables by whom. Prints the body, a line break and the status. Each client is loaded alone. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { AxiosRequestConfig } from 'axios'
import type { Agents } from 'got'
import type { Dispatcher } from 'undici'

const { TOKEN_URL: url = '', FORM: body = '', QUOTAGUARDSTATIC_URL: proxy } = process.env
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
const post = { method: 'POST', body, headers }

type Answer = { readonly status: number; readonly body: string }
type Fetched = { readonly status: number; text(): Promise<string> }

const answerOf = async (response: Fetched): Promise<Answer> => ({
  status: response.status,
  body: await response.text(),
})

async function byUndici(dispatcher: Dispatcher | undefined): Promise<Answer> {
  const { fetch: fetchByUndici } = await import('undici')
  return await answerOf(await fetchByUndici(url, { ...post, ...(dispatcher ? { dispatcher } : {}) }))
}

async function byAxios(config: AxiosRequestConfig): Promise<Answer> {
  const { default: axios } = await import('axios')
  const { status, data } = await axios.post<string>(url, body, {
    ...{ headers, validateStatus: () => true, responseType: 'text', transformResponse: (text: string) => text },
    ...config,
  })
  return { status, body: data }
}

async function byGot(agent: Agents | undefined): Promise<Answer> {
  const { default: got } = await import('got')
  const { statusCode, body: text } = await got.post(url, {
    ...{ body, headers, throwHttpErrors: false, retry: { limit: 0 } },
    ...(agent ? { agent } : {}),
  })
  return { status: statusCode, body: text }
}

const byNode = (): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp
    const outgoing = send(url, { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } })
    outgoing.on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    outgoing.end(body)
  })

async function tunnelling() {
  const { HttpsProxyAgent } = await import('https-proxy-agent')
  return proxy === undefined ? undefined : new HttpsProxyAgent(proxy)
}

const clients: Readonly<Record<string, () => Promise<Answer>>> = {
  'undici ProxyAgent': async () => {
    const { ProxyAgent } = await import('undici')
    return await byUndici(proxy === undefined ? undefined : new ProxyAgent(proxy))
  },
  'undici EnvHttpProxyAgent': async () => {
    const { EnvHttpProxyAgent } = await import('undici')
    return await byUndici(new EnvHttpProxyAgent())
  },
  'fetch of Node': async () => await answerOf(await fetch(url, post)),
  'http.request of Node': byNode,
  'node-fetch with https-proxy-agent': async () => {
    const { default: fetchByName } = await import('node-fetch')
    const agent = await tunnelling()
    return await answerOf(await fetchByName(url, { ...post, ...(agent ? { agent } : {}) }))
  },
  'axios, proxy option': async () => {
    if (proxy === undefined) return await byAxios({ proxy: false })
    const { hostname, port, username, password, protocol } = new URL(proxy)
    const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) }
    return await byAxios({ proxy: { protocol, host: hostname, port: Number(port), auth } })
  },
  'axios, proxy variable': () => byAxios({}),
  'axios with https-proxy-agent': async () => {
    const agent = await tunnelling()
    return await byAxios({ proxy: false, ...(agent ? { httpAgent: agent, httpsAgent: agent } : {}) })
  },
  'got with hpagent': async () => {
    const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent')
    if (proxy === undefined) return await byGot(undefined)
    return await byGot({ http: new HttpProxyAgent({ proxy }), https: new HttpsProxyAgent({ proxy }) })
  },
  'got with https-proxy-agent': async () => {
    const agent = await tunnelling()
    return await byGot(agent && { http: agent, https: agent })
  },
}

const { status, body: text } = await (clients[process.argv[2] ?? ''] ?? unknown)()
process.stdout.write(`${text}\n${status}\n`, () => process.exit()) // agents keep sockets open

function unknown(): Promise<Answer> {
  throw new Error(`the client is one of: ${Object.keys(clients).join(', ')}`)
}
