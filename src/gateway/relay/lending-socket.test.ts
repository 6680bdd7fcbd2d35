import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash, hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { eventually } from '../../../test/gateway/child.ts'
import { deadlines, liveTunnel } from '../../../test/gateway/relay-parts.ts'
import { openDeadlineWheel } from './deadline-wheel.ts'
import { LendingSocket, openLending, openMemory, type Memory } from './lending-socket.ts'
import { relay } from './relay.ts'

const megabyte = 1e6
const piece = 4096 // of memory, so that reads are whole ones

describe('a tunnel whose destination sends much', () => {
  test('brings every byte as it was sent, whoever reads slowly or late beside it', async (t) => {
    const place = await openPlace(t)
    const sent = Array.from({ length: 12 }, () => randomBytes(10 * megabyte))
    const tunnels = await Promise.all(sent.map(place.tunnel))
    for (const [nth, { far }] of tunnels.entries()) far.end(sent[nth] ?? Buffer.alloc(0))
    const early = tunnels.slice(0, 4).map(async ({ client }, nth) => await hashOf(client, nth % 2 === 0))
    await quiet(tunnels)
    const late = tunnels.slice(4).map(async ({ client }, nth) => await hashOf(client, nth % 2 === 0))
    deepEqual(
      await Promise.all([...early, ...late]),
      sent.map((bytes) => hash('sha256', bytes)),
    )
    ok(place.most() > 0, 'large memory was used')
  })

  test('shares eight pieces of large memory with all others, however many clients stall', async (t) => {
    const place = await openPlace(t)
    const bytes = randomBytes(20 * megabyte)
    const tunnels = await Promise.all(Array.from({ length: 20 }, place.tunnel))
    for (const { far } of tunnels) far.end(bytes)
    await quiet(tunnels)
    equal(place.most(), 8)
    ok(place.memory.large.inUse() <= 8, 'what is on its way')
    for (const { client } of tunnels) client.resetAndDestroy()
    await eventually(place.memory.large.inUse, (inUse) => inUse === 0)
  })

  test('takes no further piece while its client does not take the one before', async (t) => {
    const place = await openPlace(t)
    const tunnels = await Promise.all(Array.from({ length: 3 }, place.tunnel))
    for (const { far } of tunnels) far.end(randomBytes(20 * megabyte))
    await quiet(tunnels)
    ok(place.most() > 0)
    ok(place.memory.large.inUse() <= 3, `${place.memory.large.inUse()} for three`)
  })

  test('carries eight large pieces in a turn of the loop at the most, so that others have theirs', async (t) => {
    const place = await openPlace(t)
    const { client, far, dialled } = await place.tunnel()
    let [inTurn, most] = [0, 0]
    const { borrower } = dialled
    dialled.borrower = (bytes, written) => {
      most = Math.max(most, (inTurn += bytes.length))
      return borrower?.(bytes, written) ?? false
    }
    const bytes = randomBytes(20 * megabyte)
    const heard = hashOf(client, false)
    far.end(bytes)
    let turning = setImmediate(function turned() {
      inTurn = 0
      turning = setImmediate(turned)
    })
    equal(await heard, hash('sha256', bytes))
    clearImmediate(turning)
    ok(place.most() > 0)
    ok(most <= (8 * 8 + 32) * piece, `${most / piece} pieces`) // libuv reads up to 32 times in a turn
  })

  test('gives its memory back when it ends with some in hand', async (t) => {
    const place = await openPlace(t)
    for (const end of ['client', 'far'] as const) {
      const tunnel = await place.tunnel()
      tunnel.client.resume()
      await eventually(
        () => {
          tunnel.far.write(Buffer.alloc(piece))
          return place.memory.large.inUse()
        },
        (inUse) => inUse > 0,
      )
      equal(place.memory.large.inUse(), 1)
      tunnel[end].resetAndDestroy()
      await eventually(place.memory.large.inUse, (inUse) => inUse === 0)
    }
  })
})

type Place = {
  readonly memory: Memory
  /** How many large slabs were in use at one time. */
  readonly most: () => number
  /** Its two ends, as its client and its destination have them. */
  readonly tunnel: () => Promise<{ readonly client: Socket; readonly far: Socket; readonly dialled: LendingSocket }>
}

async function openPlace(t: TestContext): Promise<Place> {
  const memory = openMemory(piece)
  const { take } = memory.large
  let most = 0
  const counted = {
    ...memory.large,
    take() {
      const slab = take()
      most = Math.max(most, memory.large.inUse())
      return slab
    },
  }
  const lend = openLending({ ...memory, large: counted })
  const wheel = openDeadlineWheel({ monotonic: () => performance.now(), tick: 100 })
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  t.after(() => {
    wheel.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const pair = async (dial: (port: number) => Socket): Promise<readonly [Socket, Socket]> => {
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const dialled = dial(port)
    const [socket] = await accepted
    if (dialled.connecting) await once(dialled, 'connect')
    for (const each of [dialled, socket]) each.on('error', () => undefined)
    sockets.push(dialled, socket)
    return [dialled, socket]
  }
  let before: Promise<unknown> = Promise.resolve()
  const tunnel = async () => {
    const [client, arrived] = await pair((at) => connect(at, '127.0.0.1'))
    const [dialled, far] = await pair((at) => lend({ host: '127.0.0.1', port: at, allowHalfOpen: true }))
    relay(
      { wheel, deadlines: () => deadlines, ended: () => undefined },
      {
        ...{ client: arrived, early: Buffer.alloc(0), tunnel: liveTunnel() },
        dialled: { socket: dialled, egress: 'a', address: undefined, observed: false, remote: undefined, dialMs: 0 },
      },
    )
    ok(dialled instanceof LendingSocket)
    return { client, far, dialled }
  }
  return {
    memory,
    most: () => most,
    async tunnel() {
      const made = before.then(tunnel) // one after the other: a connection is matched to the one that the server accepts
      before = made
      return await made
    },
  }
}

async function hashOf(socket: Socket, slowly: boolean): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of socket) {
    digest.update(chunk as Buffer)
    if (slowly) await turn()
  }
  return digest.digest('hex')
}

/** Until nothing has moved for a hundred turns of the loop. */
async function quiet(tunnels: readonly { readonly far: Socket; readonly client: Socket }[]): Promise<void> {
  const moved = (): number => tunnels.reduce((sum, { far, client }) => sum + far.bytesWritten + client.bytesRead, 0)
  for (let [same, last] = [0, moved()]; same < 100;) {
    await turn()
    const now = moved()
    same = now === last ? same + 1 : 0
    last = now
  }
}
