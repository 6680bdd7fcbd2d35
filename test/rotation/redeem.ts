/** A redemption as a client on the wire sends it, from a chosen loopback address. */
import { Agent, request } from 'node:http'

export type Answer = {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
  readonly retryAfter?: string | undefined
}
export type Redeemer = {
  readonly redeem: (refreshToken: string, more?: Readonly<Record<string, string>>) => Promise<Answer>
  /** Sends the request and hangs up without waiting; resolves when the socket is gone. */
  readonly abandon: (refreshToken: string) => Promise<void>
  readonly close: () => void
}
export type Client = { readonly consumerKey: string; readonly consumerSecret: string; readonly from?: string }

export function redeemerOf(url: string, { consumerKey, consumerSecret, from = '127.0.0.11' }: Client): Redeemer {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const form = (refreshToken: string, more: Readonly<Record<string, string>> = {}): string =>
    new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: consumerKey,
      client_secret: consumerSecret,
      refresh_token: refreshToken,
      ...more,
    }).toString()
  const open = (body: string) =>
    request(`${url}/services/oauth2/token`, {
      method: 'POST',
      agent,
      localAddress: from,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
    })
  return {
    redeem: (refreshToken, more) =>
      new Promise((resolve, reject) => {
        const body = form(refreshToken, more)
        const outgoing = open(body)
        outgoing.on('error', reject)
        outgoing.on('response', (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (piece: string) => (text += piece))
          const { statusCode: status = 0, headers } = response
          response.on('end', () => resolve({ status, body: JSON.parse(text), retryAfter: headers['retry-after'] }))
        })
        outgoing.end(body)
      }),
    abandon: (refreshToken) =>
      new Promise((resolve) => {
        const body = form(refreshToken)
        const outgoing = open(body)
        outgoing.on('error', () => undefined)
        outgoing.on('close', resolve)
        outgoing.end(body, () => outgoing.destroy())
      }),
    close: () => agent.destroy(),
  }
}

export const inFlight = 'token request is already being processed' // SF-53
export const dead = 'expired access/refresh token' // SF-49
