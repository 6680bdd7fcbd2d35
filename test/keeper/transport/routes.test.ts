/** Every way to a token endpoint: directly, and through each kind of proxy. */
import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readReply } from '../../../src/keeper/rules/http-reply.ts'
import { egressAddresses, oddCredentials, proxyUrl, startTestGateway } from '../../gateway/kit.ts'
import { answering, direct, listening, opened, refresh, through, transportBy, wish, yes } from './kit.ts'
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
        const posted = await connection.post(refresh, yes)
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
})
