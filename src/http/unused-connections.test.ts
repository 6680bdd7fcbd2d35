import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test, type TestContext } from 'node:test'
import { watchConnections } from './unused-connections.ts'

type Scene = {
  readonly close: () => Promise<void>
  /** Resolves when the server has read so much of what was sent. */
  readonly send: (bytes: string) => Promise<Socket>
  readonly asked: () => Promise<ServerResponse>
}

async function open(t: TestContext): Promise<Scene> {
  const server = createServer()
  const endUnused = watchConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.closeAllConnections())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const asked = async (): Promise<ServerResponse> => {
    const [, response] = await once(server, 'request')
    return response
  }
  return {
    async close() {
      server.close()
      endUnused()
      await once(server, 'close')
    },
    async send(bytes) {
      const accepted = once(server, 'connection')
      const socket = connect(port, '127.0.0.1').on('error', () => undefined)
      const [there] = await accepted
      if (bytes !== '') {
        const read = once(there, 'data')
        socket.write(bytes)
        await read
      }
      return socket
    },
    asked,
  }
}

describe('a server that is closed waits for nobody', () => {
  for (const [what, bytes] of [
    ['who has sent nothing, as browsers do in store', ''],
    ['who has sent half a head', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    ['who has sent half a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf'],
  ] as const)
    test(what, { timeout: 2000 }, async (t) => {
      const { send, close } = await open(t)
      await send(bytes)
      await close()
    })

  test('but for what it was asked for, and then not for the connection', { timeout: 2000 }, async (t) => {
    const { send, close, asked } = await open(t)
    const request = asked()
    const socket = await send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const response = await request
    const closed = close()
    response.end('done')
    match(await text(socket), /^HTTP\/1\.1 200 OK[^]*done/)
    await closed
    equal(socket.destroyed, true)
  })
})
