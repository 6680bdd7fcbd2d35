/** Every way to a token endpoint: directly, and through each kind of proxy. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Route } from '../../../src/keeper/rules/route.ts'
import { readReply } from '../../../src/keeper/rules/http-reply.ts'
import { secret } from '../../../src/values/secret.ts'
import { egressAddresses, oddCredentials, proxyUrl, startOrgBehind, startTestGateway } from '../../gateway/kit.ts'
import { answering, direct, listening, opened, pair, rawOf, refresh, through, transportBy, wish, yes } from './kit.ts'
import { tokens } from './said.ts'

const spoken =
  'POST /services/oauth2/token HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
  'Accept-Encoding: identity\r\nContent-Length: 52\r\nConnection: close\r\n\r\ngrant_type=refresh_token&refresh_token=5Aep861canary'

describe('ways to a token endpoint', () => {
  for (const secure of [false, true])
    for (const scheme of ['direct', 'http', 'socks5', 'socks5h'] as const)
      test(`${secure ? 'https' : 'http'} by ${scheme}: the request arrives once, and its reply comes back whole`, async (t) => {
        const origin = await listening(t, answering(tokens), secure ? {} : undefined)
        const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${origin.port}`], credentials: oddCredentials })
        const url = proxyUrl(`http://127.0.0.1:${gateway.port}`, oddCredentials).replace(/^http/, scheme)
        const transport = transportBy(scheme === 'direct' ? direct : through(url))
        const connection = await opened(transport, wish(origin.port, { secure }))
        equal(origin.heard.join(''), '', 'nothing is sent before')
        const posted = await connection.post(refresh(), yes)
        equal(posted.kind, 'replied')
        if (posted.kind !== 'replied') return
        deepEqual(origin.heard, [spoken.replace('PORT', String(origin.port))])
        deepEqual(Buffer.from(posted.raw).toString(), tokens)
        const reply = readReply(posted.raw)
        equal(reply.kind === 'reply' && reply.status, 200)
        if (scheme === 'http')
          equal(
            egressAddresses.some((each) => each === connection.leavesFrom),
            true,
          )
      })

  for (const secure of [false, true])
    test(`${secure ? 'https' : 'http'} by https: the gateway has TLS of its own`, async (t) => {
      const origin = await listening(t, answering(tokens), secure ? {} : undefined)
      const tls = { cert: secret(pair.cert), key: secret(pair.key) }
      const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${origin.port}`], configuration: { tls } })
      match(gateway.proxyUrl, /^https:/)
      const connection = await opened(transportBy(through(gateway.proxyUrl)), wish(origin.port, { secure, pin: 'b' }))
      equal(connection.leavesFrom, '127.0.0.12')
      const posted = await connection.post(refresh(), yes)
      equal(rawOf(posted), tokens)
      deepEqual(origin.heard, [spoken.replace('PORT', String(origin.port))])
    })

  test('lead to a real org: it takes the token from the pair of addresses, and refuses it directly, unspent', async (t) => {
    const org = await startOrgBehind(t)
    const port = Number(new URL(org.url).port)
    const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${port}`] })
    const grant = await org.grant()
    const { consumerKey, consumerSecret } = org.client
    const form = new URLSearchParams({
      ...{ grant_type: 'refresh_token', refresh_token: grant.refresh_token },
      ...{ client_id: consumerKey, client_secret: consumerSecret },
    })
    const redeemed = async (route: Route): Promise<readonly [status: number, body: string]> => {
      const connection = await opened(transportBy(route), wish(port))
      const posted = await connection.post(refresh(String(form)), yes)
      const reply = readReply(posted.kind === 'replied' ? posted.raw : new Uint8Array())
      return reply.kind === 'reply' && reply.whole ? [reply.status, reply.body] : [0, JSON.stringify(reply)]
    }
    const [refused, words] = await redeemed(direct)
    equal(refused, 400)
    match(words, /"error":"invalid_grant"/)
    const [status, body] = await redeemed(through(gateway.proxyUrl))
    equal(status, 200)
    match(body, /"access_token":"/)
  })
})
