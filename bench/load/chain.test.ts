import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { listenAnywhere } from '../subjects/listen.ts'
import { Chain } from './chain.ts'

type Answer = (sent: URLSearchParams, response: ServerResponse, request: IncomingMessage) => void
type Seen = { readonly sent: readonly string[]; readonly failures: readonly string[]; readonly token: string }

/** Runs one chain that starts with token `t0` against the answer until it has `most` replies or is over. */
async function run(answer: Answer, most = 3): Promise<Seen> {
  const sent: string[] = []
  const failures: string[] = []
  let replies = 0
  const server = createServer((request, response) => {
    void receive(request, response)
  })
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request))
    sent.push(form.get('refresh_token') ?? '')
    answer(form, response, request)
  }
  const port = await listenAnywhere(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  const target = {
    url: `http://127.0.0.1:${port}`,
    path: '/token',
    form: { client_secret: 'a&b' },
    refreshTokens: [],
    pid: 0,
  }
  const chain = new Chain(target, 't0', {
    replied: () => (replies += 1) < most,
    postponed: () => undefined,
    failed: (why) => failures.push(why),
    closed: resolve,
  })
  await promise
  server.close()
  await once(server, 'close')
  return { sent, failures, token: chain.token }
}

const successor = (sent: URLSearchParams): string => `t${Number(sent.get('refresh_token')?.slice(1)) + 1}`

describe('a chain', () => {
  test('sends next what the reply before brought', async () => {
    const seen = await run((sent, response) => response.end(`{"refresh_token":"${successor(sent)}"}`))
    deepEqual(seen, { sent: ['t0', 't1', 't2'], failures: [], token: 't3' })
  })

  test('posts a form with its other parameters, escaped', async () => {
    const seen: unknown[] = []
    await run((sent, response, request) => {
      seen.push(request.method, request.url, request.headers['content-type'], sent.get('client_secret'))
      response.end(`{"refresh_token":"${successor(sent)}"}`)
    }, 1)
    deepEqual(seen, ['POST', '/token', 'application/x-www-form-urlencoded', 'a&b'])
  })

  const failing: Readonly<Record<string, readonly [Answer, RegExp]>> = {
    'a refusal': [
      (_, response) => response.writeHead(400).end('{"error":"invalid_grant"}'),
      /status 400: .*invalid_grant/,
    ],
    'the same token again': [(_, response) => response.end('{"refresh_token":"t0"}'), /no new refresh token/],
    'a reply without a token': [(_, response) => response.end('{"access_token":"a"}'), /no new refresh token/],
    'a connection that closes': [(_, response) => response.destroy(), /closed the connection|ECONNRESET/],
  }
  for (const [what, [answer, reason]] of Object.entries(failing))
    test(`ends with one failure on ${what}`, async () => {
      const { failures, sent } = await run(answer)
      deepEqual([failures.length, sent.length], [1, 1])
      match(failures[0] ?? '', reason)
    })

  test('sends the same token again where the server says that it did not process it', async () => {
    let refusals = 1
    const seen = await run((sent, response) => {
      refusals -= 1
      if (refusals === 0) response.writeHead(503).end('{"error":"temporarily_unavailable"}')
      else response.end(`{"refresh_token":"${successor(sent)}"}`)
    })
    deepEqual(seen, { sent: ['t0', 't0', 't1', 't2'], failures: [], token: 't3' })
  })

  test('keeps the token that it sent last where no reply came', async () =>
    equal((await run((_, response) => response.destroy())).token, 't0'))
})
