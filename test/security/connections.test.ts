import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { startOrg } from '../../src/testing.ts'

const open = async (url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
const answerOf = async (socket: Socket): Promise<string> => {
  socket.write('GET /healthz HTTP/1.1\r\nHost: org\r\n\r\n')
  let heard = ''
  socket.on('data', (piece: Buffer) => (heard += piece.toString('latin1')))
  await Promise.race([once(socket, 'data'), once(socket, 'close')])
  return heard.split('\r\n')[0] ?? ''
}

describe('a flood of connections', () => {
  test('is cut off at the limit, and those within it are served', async (t) => {
    const org = await startOrg({ apps: [], configuration: { limits: { connections: 2 } } })
    t.after(() => org.close())
    const within = [await open(org.url), await open(org.url)]
    const [first, second] = await Promise.all(within.map(answerOf))
    equal(first, 'HTTP/1.1 200 OK')
    equal(second, 'HTTP/1.1 200 OK')
    const beyond = await open(org.url)
    equal(await answerOf(beyond), '')
    for (const socket of [...within, beyond]) socket.destroy()
  })
})
