import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { openServiceScene, rivalToken } from './service-scene.ts'

test('P-28: callers of a tenant whose login host does not answer leave the service to the others', async (t) => {
  const silent = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await using scene = await openServiceScene()
  const { ask, service } = scene
  const app = { login_url: `http://127.0.0.1:${port}`, client_id: 'x' }
  equal((await ask('/v1/apps/slow', { method: 'PUT', token: rivalToken, body: app })).status, 200)
  const slow = { id: 'slow', app: 'slow', refresh_token: 'x' }
  equal((await ask('/v1/connections', { token: rivalToken, body: slow })).status, 201)

  const gone = new AbortController()
  t.after(() => void silent.close())
  const headers = { authorization: `Bearer ${rivalToken}` }
  const reached = once(silent, 'connection')
  const url = `${service.url}/v1/connections/slow/access-token`
  const waiting = Array.from(
    { length: 200 },
    async () => await fetch(url, { method: 'POST', headers, signal: gone.signal }),
  )
  const [held] = await reached
  let refused = await ask('/v1/apps', { token: rivalToken })
  while (refused.status === 200) refused = await ask('/v1/apps', { token: rivalToken }) // some of them are still on their way
  equal(`${refused.status} ${refused.body.code} ${refused.headers.get('retry-after')}`, '503 TOO_MANY_AT_ONCE 1')
  equal((await ask('/v1/apps')).status, 200)

  held.destroy()
  gone.abort()
  await Promise.allSettled(waiting)
  while ((await ask('/v1/apps', { token: rivalToken })).status === 503); // until their going has been seen
})
