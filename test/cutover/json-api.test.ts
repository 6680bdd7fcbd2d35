import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { openJsonApi, refusalOf } from '../../src/cutover/adapters/json-api.ts'
import { secret } from '../../src/values/secret.ts'

test('a server that repeats the token in its answer puts it into no journal: what it says comes without it', async (t) => {
  const server = createServer(({ headers }, response) => {
    response.statusCode = 500
    response.end(JSON.stringify({ detail: `no handler for ${headers.authorization}`, seen: [headers.authorization] }))
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const api = openJsonApi({ base: `http://127.0.0.1:${port}`, token: secret('token-of-the-admin-0123456789') })
  const answer = await api.ask('GET', '/apps')
  ok(!JSON.stringify(answer).includes('token-of-the-admin'))
  equal(refusalOf(answer, 'The org').message, 'The org answered 500: no handler for Bearer [secret]')
  deepEqual(answer.body['seen'], ['Bearer [secret]'])
})

test('a token that no header takes is not quoted by whoever refuses to send it', async () => {
  const api = openJsonApi({ base: 'http://127.0.0.1:1/admin/v1', token: secret('first-line\nsecond-line') })
  await rejects(api.ask('GET', '/apps'), {
    message: 'the token for http://127.0.0.1:1 has spaces or letters in it that no token has',
  })
})
