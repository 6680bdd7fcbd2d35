/** SOCKS5 on the port of the gateway, over raw sockets and with curl. */
import { deepEqual, equal } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { refusal } from '../../src/gateway/rules/refusal.ts'
import { milliseconds } from '../../src/values/time.ts'
import { backend, echo, openDoorway, openFar } from './doorway.ts'
import { openByteClient } from './byte-client.ts'

const greeting = Uint8Array.of(5, 1, 2)
const credentials = (user: string, password: string): Buffer =>
  Buffer.concat([
    Uint8Array.of(1, user.length),
    Buffer.from(user),
    Uint8Array.of(password.length),
    Buffer.from(password),
  ])
const toAddress = (port: number, command = 1): Uint8Array =>
  Uint8Array.of(5, command, 0, 1, 127, 0, 0, 1, port >> 8, port & 255)
const toName = (name: string, port: number): Buffer =>
  Buffer.concat([Uint8Array.of(5, 1, 0, 3, name.length), Buffer.from(name), Uint8Array.of(port >> 8, port & 255)])
const accepted = '\x05\x02\x01\x00'
const hello = Buffer.concat([greeting, credentials('app', 's3cret')])

describe('SOCKS5', () => {
  test('a tunnel is opened step by step, names its egress, and carries bytes both ways', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say(greeting)
    equal(await client.until(2), '\x05\x02')
    client.say(credentials('app', 's3cret'))
    equal(await client.until(4), accepted)
    client.say(toAddress(far.port))
    const reply = Buffer.from((await client.until(14)).slice(4), 'latin1')
    deepEqual([...reply.subarray(0, 8)], [5, 0, 0, 1, 127, 0, 0, 11])
    equal(reply.readUInt16BE(8), far.sockets[0]?.remotePort)
    client.say('ping')
    equal((await client.until(18)).slice(14), 'ping')
    const [ask] = door.asks
    deepEqual([ask?.kind, ask?.client.name, ask?.pin], ['socks5', 'backend', undefined])
    client.socket.end()
    await client.untilEnd()
  })

  test('everything may come at once, cut anywhere, with the first bytes of the tunnel behind it', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway()
    const all = Buffer.concat([hello, toAddress(far.port), Buffer.from('early')])
    for (let cut = 1; cut <= all.length; cut += 1) {
      const client = await openByteClient({ port: door.number })
      client.say(all.subarray(0, cut))
      if (cut > 3) await client.until(2) // the first piece has arrived alone
      client.say(all.subarray(cut))
      equal((await client.until(19)).slice(14), 'early', `cut at ${cut}`)
      client.socket.destroy()
    }
  })

  test('a user and a password are demanded', async () => {
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say(Uint8Array.of(5, 2, 0, 1))
    equal(await client.untilEnd(), '\x05\xff')
    deepEqual(door.refusals, ['CREDENTIALS_MISSING'])
  })

  test('an unknown user and a wrong password are told the same, and neither is in the log', async () => {
    await using door = await openDoorway()
    for (const [user, password] of [
      ['app', 'wr0ng'],
      ['nobody', 's3cret'],
    ] as const) {
      const client = await openByteClient({ port: door.number })
      client.say(Buffer.concat([greeting, credentials(user, password), toAddress(1)]))
      equal(await client.untilEnd(), '\x05\x02\x01\x01')
    }
    deepEqual(door.refusals, ['CREDENTIALS_WRONG', 'CREDENTIALS_WRONG'])
    equal(/wr0ng|s3cret|nobody/.test(JSON.stringify(door.logged)), false)
    equal(door.asks.length, 0)
  })

  test('the user may carry the egress that is wanted, where the client may pin', async () => {
    await using far = await openFar(echo)
    const second = { ...backend, name: 'second', username: 'app2', mayPin: false }
    await using door = await openDoorway({ clients: [backend, second] })
    const client = await openByteClient({ port: door.number })
    client.say(Buffer.concat([greeting, credentials('app+egress=b', 's3cret'), toAddress(far.port)]))
    await client.until(14)
    equal(door.asks[0]?.pin, 'b')
    const other = await openByteClient({ port: door.number })
    other.say(Buffer.concat([greeting, credentials('app2+egress=b', 's3cret'), toAddress(far.port)]))
    equal((await other.untilEnd()).slice(0, 6), `${accepted}\x05\x02`)
    deepEqual(door.refusals, ['PIN_NOT_PERMITTED'])
    client.socket.destroy()
  })

  test('BIND and UDP ASSOCIATE are not supported, and neither is an unknown type of address', async () => {
    await using door = await openDoorway()
    const replies: string[] = []
    for (const request of [toAddress(80, 2), toAddress(80, 3), Uint8Array.of(5, 1, 0, 9)]) {
      const client = await openByteClient({ port: door.number })
      client.say(Buffer.concat([hello, request]))
      replies.push((await client.untilEnd()).slice(4))
    }
    const rest = '\x00\x01\x00\x00\x00\x00\x00\x00'
    deepEqual(replies, [`\x05\x07${rest}`, `\x05\x07${rest}`, `\x05\x08${rest}`])
    equal(door.asks.length, 0)
  })

  test('refusals are told by their number', async () => {
    const refuse = {
      'denied.example:443': refusal('DESTINATION_NOT_ALLOWED'),
      'closed.example:443': refusal('CONNECTION_REFUSED'),
      'unknown.example:443': refusal('NAME_NOT_RESOLVED'),
      'unrouted.example:443': refusal('CONNECTION_FAILED'),
      'nowhere.example:443': refusal('NO_LIVE_EGRESS'),
    }
    await using door = await openDoorway({ refuse })
    const replies: number[] = []
    for (const destination of Object.keys(refuse)) {
      const client = await openByteClient({ port: door.number })
      client.say(Buffer.concat([hello, toName(destination.replace(':443', ''), 443)]))
      replies.push((await client.untilEnd()).charCodeAt(5))
    }
    deepEqual(replies, [2, 5, 4, 3, 1])
  })

  test('a name that cannot be is refused before anything is opened', async () => {
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say(Buffer.concat([hello, toName('a..b', 443)]))
    equal((await client.untilEnd()).slice(4, 6), '\x05\x01')
    deepEqual([door.asks.length, door.refusals], [0, ['REQUEST_MALFORMED']])
  })

  test('G-05: what the destination sends after the client has ended its half arrives', async () => {
    await using far = await openFar((socket) => {
      socket.on('data', () => undefined)
      socket.on('end', () => socket.end('the whole reply'))
    })
    await using door = await openDoorway()
    const client = await openByteClient({ port: door.number })
    client.say(Buffer.concat([hello, toAddress(far.port), Buffer.from('request')]))
    client.socket.end()
    equal((await client.untilEnd()).slice(14), 'the whole reply')
  })

  test('L-73: a handshake that is not finished in time is closed, at whatever step it stands', async () => {
    await using door = await openDoorway({ deadlines: { header: milliseconds(100) } })
    const steps = [
      greeting.subarray(0, 1),
      greeting,
      hello.subarray(0, 6),
      hello,
      Buffer.concat([hello, Uint8Array.of(5, 1)]),
    ]
    const clients = await Promise.all(steps.map(() => openByteClient({ port: door.number })))
    clients.forEach((client, at) => client.say(steps[at] ?? ''))
    for (const client of clients) await client.untilEnd()
    equal(door.asks.length, 0)
  })

  test('a client that goes while it is dialled has its dial given up', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    await using door = await openDoorway({
      refuse: { '127.0.0.1:9': refusal('CONNECTION_TIMED_OUT') },
      beforeDial: async ({ gone }) => {
        asked.resolve(gone)
        await once(gone, 'abort')
      },
    })
    const client = await openByteClient({ port: door.number })
    client.say(Buffer.concat([hello, toAddress(9)]))
    const gone = await asked.promise
    if ('resetAndDestroy' in client.socket && typeof client.socket.resetAndDestroy === 'function')
      client.socket.resetAndDestroy()
    if (!gone.aborted) await once(gone, 'abort')
    equal(gone.aborted, true)
  })

  test('a draining gateway opens no tunnel', async () => {
    await using door = await openDoorway()
    door.drain()
    const client = await openByteClient({ port: door.number })
    client.say(Buffer.concat([hello, toAddress(80)]))
    equal((await client.untilEnd()).slice(4, 6), '\x05\x01')
    deepEqual(door.refusals, ['DRAINING'])
  })

  test('what is malformed is closed without a word', async () => {
    await using door = await openDoorway()
    const wrong = [Uint8Array.of(5, 0), Buffer.concat([greeting, Uint8Array.of(5, 1)])]
    for (const bytes of wrong) {
      const client = await openByteClient({ port: door.number })
      client.say(bytes)
      equal(['', '\x05\x02'].includes(await client.untilEnd()), true)
    }
  })
})

describe('curl over SOCKS5', () => {
  test('with and without names of its own fetches through the tunnel', async () => {
    const server = createServer((request, response) => response.end(`seen ${request.socket.remoteAddress}`))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await using door = await openDoorway()
    for (const scheme of ['socks5', 'socks5h']) {
      const proxy = `${scheme}://app:s3cret@127.0.0.1:${door.number}`
      const options = ['--silent', '--show-error', '--noproxy', '', '--proxy', proxy, `http://127.0.0.1:${port}/`]
      const { stdout } = await promisify(execFile)('curl', options)
      equal(stdout, 'seen 127.0.0.11')
    }
    server.close()
    server.closeAllConnections()
  })
})
