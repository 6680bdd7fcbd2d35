/** The port itself: what is told apart by the first byte, and what is not let in. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { milliseconds } from '../../src/values/time.ts'
import { openDoorway, type Doorway } from './doorway.ts'
import { openByteClient } from './byte-client.ts'

/** Resolves when what was handed to HTTP/1.1 has all come. */
async function handed(door: Doorway, text: string): Promise<void> {
  while (!door.http1.some((each) => each.read() === text)) await new Promise((resolve) => setImmediate(resolve))
}

describe('the first byte', () => {
  const requests = [
    'CONNECT a:1 HTTP/1.1\r\n\r\n',
    'POST http://a/ HTTP/1.1\r\n',
    'P\r\n',
    '\r\nGET http://a/ HTTP/1.1\r\n',
  ]
  for (const request of requests) {
    test(`${JSON.stringify(request)} is HTTP, and none of it is lost wherever it is cut`, async () => {
      for (let cut = 1; cut < request.length; cut += 1) {
        await using door = await openDoorway()
        const client = await openByteClient({ port: door.number })
        client.say(request.slice(0, cut))
        await new Promise((resolve) => setImmediate(resolve))
        client.say(request.slice(cut))
        await handed(door, request)
        client.socket.destroy()
      }
    })
  }

  test('TLS on a port without it is answered with an alert, and the log says what to do', async () => {
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say(Uint8Array.of(0x16, 3, 1, 2, 0, 1))
    equal(Buffer.from(await client.untilEnd(), 'latin1').toString('hex'), '15030100020228')
    deepEqual([door.logged[0]?.event, door.logged.length], ['tls-refused', 1])
    match(String(door.logged[0]?.fields['next']), /http:\/\/.*gateway\.tls/)
  })

  test('SOCKS4 is rejected in its own way', async () => {
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say(Uint8Array.of(4, 1, 0, 80, 127, 0, 0, 1, 0))
    equal(Buffer.from(await client.untilEnd(), 'latin1').toString('hex'), '005b000000000000')
  })

  test('a client that ends without a byte is closed', async () => {
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.socket.end()
    equal(await client.untilEnd(), '')
  })

  test('the same complaint is logged once a minute', async () => {
    await using door = await openDoorway()
    for (let i = 0; i < 3; i += 1) {
      const client = await openByteClient({ port: door.number })
      client.say(Uint8Array.of(0x16, 3, 1))
      await client.untilEnd()
    }
    equal(door.logged.length, 1)
  })
})

describe('strangers (L-73)', () => {
  test('whoever says nothing is reset at the deadline, and whoever has said something is the protocol’s', async () => {
    await using door = await openDoorway({ deadlines: { header: milliseconds(80) } })
    const talker = await openByteClient({ port: door.number })
    talker.say('GET')
    await handed(door, 'GET')
    const silent = await openByteClient({ port: door.number })
    equal(await silent.untilEnd(), '')
    talker.say(' more')
    await handed(door, 'GET more')
    talker.socket.destroy()
  })

  test('from one source only so many are let in, and another source is not touched', async () => {
    await using door = await openDoorway({ room: { connections: undefined, strangers: { total: 100, perSource: 2 } } })
    const first = await openByteClient({ port: door.number, from: '127.0.0.2' })
    first.say('one')
    await handed(door, 'one')
    const second = await openByteClient({ port: door.number, from: '127.0.0.2' })
    second.say('two')
    await handed(door, 'two')
    const third = await openByteClient({ port: door.number, from: '127.0.0.2' })
    equal(await third.untilEnd(), '')
    const other = await openByteClient({ port: door.number, from: '127.0.0.3' })
    other.say('other')
    await handed(door, 'other')
    door.http1[0]?.connection.authenticated()
    const fourth = await openByteClient({ port: door.number, from: '127.0.0.2' })
    fourth.say('four')
    await handed(door, 'four')
    deepEqual(
      door.logged.map(({ event }) => event),
      ['too-many-strangers'],
    )
    for (const each of [first, second, other, fourth]) each.socket.destroy()
  })

  test('in a flood from many sources the longest waiting has to go, and newcomers get in', async () => {
    await using door = await openDoorway({ room: { connections: undefined, strangers: { total: 3, perSource: 3 } } })
    const waiting = []
    for (let i = 1; i <= 3; i += 1) {
      const client = await openByteClient({ port: door.number, from: `127.0.0.${i + 20}` })
      client.say(`waits ${i}`)
      await handed(door, `waits ${i}`)
      waiting.push(client)
    }
    door.http1[1]?.connection.authenticated()
    for (const text of ['new', 'newer']) {
      const client = await openByteClient({ port: door.number, from: '127.0.0.9' })
      client.say(text)
      await handed(door, text)
      waiting.push(client)
    }
    equal(await waiting[0]?.untilEnd(), 'waits 1'.slice(7))
    waiting[1]?.say('!')
    await handed(door, 'waits 2!')
    waiting[2]?.say('!')
    await handed(door, 'waits 3!')
    for (const client of waiting) client.socket.destroy()
  })

  test('a connection that has closed makes room', async () => {
    await using door = await openDoorway({ room: { connections: undefined, strangers: { total: 1, perSource: 1 } } })
    for (let i = 0; i < 5; i += 1) {
      const client = await openByteClient({ port: door.number })
      client.say(`visit ${i}`)
      await handed(door, `visit ${i}`)
      client.socket.end()
      while (door.http1[i]?.connection.socket.closed === false) await new Promise((resolve) => setImmediate(resolve))
    }
    deepEqual(door.logged, [])
  })
})

describe('a port', () => {
  test('with no room for another connection closes it, says so in the log, and takes the next once there is', async () => {
    const room = { connections: 2, strangers: { total: 9, perSource: 9 } }
    await using door = await openDoorway({ room })
    const clients = []
    for (const text of ['one', 'two']) {
      const client = await openByteClient({ port: door.number })
      client.say(text)
      await handed(door, text)
      clients.push(client)
    }
    const late = await openByteClient({ port: door.number })
    equal(await late.untilEnd(), '')
    deepEqual([door.logged[0]?.event, door.logged.length], ['connections-exhausted', 1])
    clients[0]?.socket.end()
    while (door.http1[0]?.connection.socket.closed === false) await new Promise((resolve) => setImmediate(resolve))
    const next = await openByteClient({ port: door.number })
    next.say('next')
    await handed(door, 'next')
    for (const client of [clients[1], next]) client?.socket.destroy()
  })

  test('that is taken is told with what to do, and keeps the code of the system', async () => {
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await rejects(openDoorway({ listen: { host: '127.0.0.1', port } }), (error: Error & { code?: string }) => {
      match(
        error.message,
        new RegExp(`Another program listens on 127\\.0\\.0\\.1 port ${port}.*ss -ltnp.*gateway\\.listen`),
      )
      return error.code === 'EADDRINUSE'
    })
    other.close()
  })

  test('of an address that this machine has not is told so', () =>
    rejects(openDoorway({ listen: { host: '192.0.2.1', port: 0 } }), /192\.0\.2\.1 is no address of this machine/))

  test('that is closed accepts nothing and keeps what it has', async () => {
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say('GET')
    await handed(door, 'GET')
    door.port.close()
    const late = connect({ port: door.number, host: '127.0.0.1' })
    const [error] = await once(late, 'error')
    equal(error.code, 'ECONNREFUSED')
    client.say(' on')
    await handed(door, 'GET on')
    await door.port.destroy()
    equal(await client.untilEnd(), '')
  })

  test('of IPv6 has its address in brackets', async () => {
    await using door = await openDoorway({ listen: { host: '::1', port: 0 } })
    equal(door.port.url, `http://[::1]:${door.number}`)
    ok(door.number > 0)
  })
})
