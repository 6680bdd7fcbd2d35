/** Requests over a socket of their own that is bound to an address of this machine, and what the org says of them afterwards. */
import { request } from 'node:http'
import { startOrg, type StartOrgOptions, type TestOrg } from '../../src/testing.ts'

export type Reply = { readonly status: number; readonly type: string; readonly text: string }

export type Sent = {
  readonly from?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Fields of a form, or a body as it is. */
  readonly body?: Readonly<Record<string, string>> | string | Uint8Array
}

export function send(url: string, { from = '127.0.0.1', method, headers, body }: Sent = {}): Promise<Reply> {
  const isForm = typeof body === 'object' && !(body instanceof Uint8Array)
  const bytes = isForm ? new URLSearchParams(body).toString() : body
  const type = isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...type, ...headers },
      localAddress: from,
      agent: false,
    })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
      )
    })
    outgoing.end(bytes)
  })
}

/** The JSON of a reply, as fields of text. */
export const fieldsOf = (reply: Reply): Readonly<Record<string, string>> => JSON.parse(reply.text)

/** A redemption as any client sends it. */
export function redeem(org: TestOrg, token: string, sent: Omit<Sent, 'body' | 'method'> = {}): Promise<Reply> {
  const { consumerKey, consumerSecret } = org.client
  const body = {
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: consumerKey,
    client_secret: consumerSecret,
  }
  return send(`${org.url}/services/oauth2/token`, { ...sent, body })
}

export type HistoryEntry = {
  readonly status: string
  readonly decision: string
  readonly sourceIp: string
  readonly forwardedFor: string | null
  readonly explained: readonly string[]
}

/** Login history, newest first. */
export async function history(org: TestOrg, query = ''): Promise<readonly HistoryEntry[]> {
  const { entries } = await read<{ readonly entries: readonly HistoryEntry[] }>(org, `/login-history${query}`)
  return entries
}

/** What an admin API path answers; throws where that is no success. */
export async function read<Body>(org: TestOrg, path: string): Promise<Body> {
  const response = await org.admin(path)
  const text = await response.text()
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}

export type Alert = { readonly kind: string; readonly app: string; readonly address: string; readonly detail: string }

/** Alerts of IP monitoring, newest first. */
export async function alerts(org: TestOrg): Promise<readonly Alert[]> {
  return (await read<{ readonly alerts: readonly Alert[] }>(org, '/ip-monitoring')).alerts
}

/** Changes the app of a test org by JSON Merge Patch; throws with the faults where it is refused. */
export async function changeApp(org: TestOrg, body: object): Promise<void> {
  const response = await org.admin(`/apps/${org.client.name}`, { method: 'PATCH', body })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
}

/** Passwords are checked a thousand times here, and what a check costs is not what is looked at. */
const passwordHashing = { costLog2: 10 }

/** Closed where the variable of the test that opened it ends, or by `close`. */
export async function openOrg(options: StartOrgOptions = {}): Promise<TestOrg> {
  return await startOrg({ ...options, configuration: { passwordHashing, ...options.configuration } })
}
