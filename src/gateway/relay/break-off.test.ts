import { deepEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { breakOff } from './break-off.ts'

/** Both ends of one connection. */
async function openPair(): Promise<{ readonly near: Socket; readonly far: Socket } & AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const near = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [far] = (await once(server, 'connection')) as [Socket]
  for (const socket of [near, far]) socket.on('error', () => undefined)
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy()
      far.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a connection is reset for the other side, and closed here', async () => {
  await using pair = await openPair()
  const errored = new Promise((resolve) => pair.far.once('error', resolve))
  const closed = once(pair.near, 'close')
  breakOff(pair.near)
  await closed
  pair.far.resume()
  deepEqual(Reflect.get(Object(await errored), 'code'), 'ECONNRESET')
})

test('a connection whose end is just being sent is closed all the same, and keeps no descriptor', async () => {
  await using pair = await openPair()
  const closed = once(pair.near, 'close')
  pair.near.end()
  breakOff(pair.near)
  await closed
})
