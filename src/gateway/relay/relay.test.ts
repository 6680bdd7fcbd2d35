import { deepEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { mock, test } from 'node:test'
import { deadlines, liveTunnel } from '../../../test/gateway/relay-parts.ts'
import { openDeadlineWheel } from './deadline-wheel.ts'
import { relay } from './relay.ts'

test('both ends of a tunnel that has been open for a minute are kept alive, so that no NAT gateway forgets it', async (t) => {
  t.after(() => mock.timers.reset())
  await using ends = await openEnds()
  mock.timers.reset() // of whoever was here before: tests share one process
  mock.timers.enable({ apis: ['setInterval'] })
  let now = 0
  const wheel = openDeadlineWheel({ monotonic: () => now, tick: 100 })
  const asked = Object.values(ends.sockets).map((socket) => mock.method(socket, 'setKeepAlive'))
  const calls = () => asked.map(({ mock: { calls: all } }) => all.map((each): unknown[] => each.arguments))
  relay(
    { wheel, deadlines: () => deadlines, ended: () => undefined },
    {
      ...{ client: ends.sockets.client, early: Buffer.alloc(0), tunnel: liveTunnel() },
      dialled: {
        socket: ends.sockets.far,
        egress: 'a',
        address: undefined,
        observed: false,
        remote: undefined,
        dialMs: 0,
      },
    },
  )
  const pass = (ms: number): void => {
    now += ms
    mock.timers.tick(100)
  }
  pass(59_000)
  deepEqual(calls(), [[], []])
  pass(2000)
  deepEqual(calls(), [[[true, 120_000]], [[true, 120_000]]])
  pass(300_000)
  deepEqual(calls(), [[[true, 120_000]], [[true, 120_000]]])
  wheel.close()
})

/** Two connections, of each the one end. */
async function openEnds(): Promise<{ readonly sockets: { client: Socket; far: Socket } } & AsyncDisposable> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const others: Socket[] = []
  const one = async (): Promise<Socket> => {
    const near = connect(port, '127.0.0.1')
    const [other] = (await once(server, 'connection')) as [Socket]
    others.push(other.on('error', () => undefined))
    return near
  }
  const sockets = { client: await one(), far: await one() }
  return {
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of [sockets.client, sockets.far, ...others]) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
