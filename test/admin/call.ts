/** A running org, its admin API in one line a call, and real redemptions from addresses of one's own. */
import { request } from 'node:http'
import type { TestOrg } from '../../src/testing.ts'

export type Reply = {
  readonly status: number
  readonly etag: string | undefined
  // oxlint-disable-next-line typescript/no-explicit-any -- replies of many shapes, each judged by its test
  readonly body: any
}
export type Init = { readonly method?: string; readonly body?: unknown; readonly ifMatch?: string }

export async function call(org: TestOrg, path: string, { method, body, ifMatch }: Init = {}): Promise<Reply> {
  const init = { ...(method && { method }), ...(body !== undefined && { body }) }
  const response = await org.admin(path, { ...init, ...(ifMatch && { headers: { 'if-match': ifMatch } }) })
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? undefined,
    body: parsed(await response.text()),
  }
}

export async function testing(org: TestOrg, path: string, { method, body }: Init = {}): Promise<Reply> {
  const response = await fetch(`${org.url}/testing/v1${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'authorization': `Bearer ${org.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, etag: undefined, body: parsed(await response.text()) }
}

const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

export type Way = { readonly from?: string; readonly secret?: string }

/** One redemption over a socket that is bound to `from`. */
export function redeem(org: TestOrg, token: string, { from = '127.0.0.1', secret }: Way = {}): Promise<Reply> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: org.client.consumerKey,
    client_secret: secret ?? org.client.consumerSecret,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) }
  return new Promise((resolve, reject) => {
    const sent = request(`${org.url}/services/oauth2/token`, {
      method: 'POST',
      localAddress: from,
      headers,
      agent: false,
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, etag: undefined, body: parsed(text) }))
    })
    sent.end(form)
  })
}

export const single = (address: string): { readonly startIpAddress: string; readonly endIpAddress: string } => ({
  startIpAddress: address,
  endIpAddress: address,
})
