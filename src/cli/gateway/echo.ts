/** Asks `http://ip.sallyport/` through a proxy: the address that the far side sees (SF-273). */
import type { IncomingMessage } from 'node:http'
import { request as overHttps } from 'node:https'
import { isRecord } from '../../documents/words.ts'
import type { Secret } from '../../values/secret.ts'

const { request: overHttp } = process.getBuiltinModule('node:http') // an import would load undici with it: 13 MB (decision 0010)

export type SeenThrough =
  | { readonly kind: 'seen'; readonly address: string }
  | { readonly kind: 'no URL of a proxy' }
  /** SOCKS. */
  | { readonly kind: 'not asked'; readonly scheme: string }
  /** `says` is the reason in the answer, or its first line. */
  | { readonly kind: 'refused'; readonly status: number; readonly says: string }
  | { readonly kind: 'unreachable'; readonly place: string; readonly code: string }

/** Milliseconds. */
const deadline = 5_000

export async function seenThrough(proxy: Secret): Promise<SeenThrough> {
  const url = URL.canParse(proxy.expose()) ? new URL(proxy.expose()) : undefined
  if (url === undefined || url.hostname === '') return { kind: 'no URL of a proxy' }
  if (!/^https?:$/.test(url.protocol)) return { kind: 'not asked', scheme: url.protocol.replace(':', '') }
  const credentials = credentialsIn(url)
  if (credentials === undefined) return { kind: 'no URL of a proxy' }
  try {
    return verdictOn(await ask(url, credentials))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'ETIMEDOUT'
    return { kind: 'unreachable', place: url.host, code }
  }
}

type Answer = { readonly status: number; readonly body: string }

function verdictOn({ status, body }: Answer): SeenThrough {
  const parsed = status === 200 ? parse(body) : undefined
  const ip = isRecord(parsed) ? parsed['ip'] : undefined
  if (typeof ip === 'string') return { kind: 'seen', address: ip }
  return { kind: 'refused', status, says: reasonIn(body) }
}

/** Of problem details (RFC 9457), which our gateway answers; else the first line. */
function reasonIn(body: string): string {
  const problem = parse(body)
  if (isRecord(problem) && typeof problem['detail'] === 'string') return problem['detail']
  return body.split('\n')[0]?.slice(0, 200) ?? ''
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // not our echo
  }
}

function ask(url: URL, credentials: Credentials): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    path: 'http://ip.sallyport/',
    headers: { host: 'ip.sallyport', accept: 'application/json', ...credentials },
    agent: false,
    signal: AbortSignal.timeout(deadline),
  }
  const sent = (url.protocol === 'https:' ? overHttps : overHttp)(
    options,
    (response) => void read(response).then(resolve, reject),
  )
  sent.on('error', reject)
  sent.end()
  return promise
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = ''
  for await (const chunk of response) if (body.length < 10_000) body += String(chunk)
  return { status: response.statusCode ?? 0, body }
}

type Credentials = { readonly 'proxy-authorization'?: string }

/** Undefined where a percent sign stands alone (L-69). */
function credentialsIn({ username, password }: URL): Credentials | undefined {
  if (username === '' && password === '') return {}
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
  } catch {
    return undefined
  }
}
