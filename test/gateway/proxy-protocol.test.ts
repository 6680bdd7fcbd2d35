/** The PROXY protocol: believed from listed peers, demanded of them, and refused from everyone else (G-21). */
import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatAddress } from '../../src/ip/address.ts'
import { milliseconds } from '../../src/values/time.ts'
import { openByteClient } from './byte-client.ts'
import { openDoorway, type Doorway } from './doorway.ts'

const balancer = '127.0.0.40'
const request = 'CONNECT a:1 HTTP/1.1\r\n\r\n'
const v1 = 'PROXY TCP4 192.0.2.7 203.0.113.9 12345 443\r\n'
const v2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000207cb00710930390050', 'hex').toString('latin1')
const local = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex').toString('latin1')

async function sourceOf(door: Doorway): Promise<string> {
  for (;;) {
    const [first] = door.http1
    if (first?.read() === request) return formatAddress(first.connection.from)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('from a listed peer', () => {
  const headers: Readonly<Record<string, readonly [string, string]>> = {
    'version 1 names the source': [v1, '192.0.2.7'],
    'version 2 names the source': [v2, '192.0.2.7'],
    'LOCAL is the peer, as its health checks are': [local, balancer],
  }
  for (const [sentence, [header, source]] of Object.entries(headers)) {
    test(`${sentence}, however it is cut`, async () => {
      const all = Buffer.from(header + request, 'latin1')
      for (const cut of [1, 6, 12, header.length - 1, header.length, header.length + 1, all.length]) {
        await using door = await openDoorway({ proxies: [balancer] })
        const client = await openByteClient({ port: door.number, from: balancer })
        client.say(all.subarray(0, cut))
        await new Promise((resolve) => setImmediate(resolve))
        client.say(all.subarray(cut))
        equal(await sourceOf(door), source)
        client.socket.destroy()
      }
    })
  }

  test('a connection without a header is closed', async () => {
    await using door = await openDoorway({ proxies: ['127.0.0.40/32'] })
    const client = await openByteClient({ port: door.number, from: balancer })
    client.say(request)
    equal(await client.untilEnd(), '')
    deepEqual([door.http1.length, door.logged[0]?.event], [0, 'proxy-protocol-missing'])
  })

  test('a malformed header is closed, and the log says why', async () => {
    await using door = await openDoorway({ proxies: [balancer] })
    const client = await openByteClient({ port: door.number, from: balancer })
    client.say(`PROXY TCP4 192.0.2.7\r\n${request}`)
    equal(await client.untilEnd(), '')
    match(String(door.logged[0]?.fields['why']), /two TCP4 addresses/)
  })

  test('a second header behind the first is refused', async () => {
    await using door = await openDoorway({ proxies: [balancer] })
    const client = await openByteClient({ port: door.number, from: balancer })
    client.say(v1 + v1 + request)
    match(await client.untilEnd(), /^HTTP\/1\.1 400 /)
    equal(door.http1.length, 0)
  })

  test('a header that does not come in time is not waited for', async () => {
    await using door = await openDoorway({ proxies: [balancer], deadlines: { header: milliseconds(80) } })
    const client = await openByteClient({ port: door.number, from: balancer })
    client.say('PROXY TC')
    equal(await client.untilEnd(), '')
  })

  test('the limit by source counts the sources behind it, and not the peer', async () => {
    await using door = await openDoorway({
      proxies: [balancer],
      room: { connections: undefined, strangers: { total: 100, perSource: 2 } },
    })
    const clients = []
    for (let i = 1; i <= 5; i += 1) {
      const client = await openByteClient({ port: door.number, from: balancer })
      client.say(`PROXY TCP4 192.0.2.${i} 203.0.113.9 1 2\r\n${request}`)
      while (door.http1.length < i) await new Promise((resolve) => setImmediate(resolve))
      clients.push(client)
    }
    const again = await openByteClient({ port: door.number, from: balancer })
    again.say(`PROXY TCP4 192.0.2.5 203.0.113.9 1 2\r\n${request}`)
    while (door.http1.length < 6) await new Promise((resolve) => setImmediate(resolve))
    const once = await openByteClient({ port: door.number, from: balancer })
    once.say(`PROXY TCP4 192.0.2.5 203.0.113.9 1 2\r\n${request}`)
    equal(await once.untilEnd(), '')
    for (const client of [...clients, again]) client.socket.destroy()
  })
})

describe('G-21: from a peer that is not listed', () => {
  for (const [version, header] of Object.entries({ 1: v1, 2: v2 })) {
    test(`a header of version ${version} is refused and never believed, however it is cut`, async () => {
      for (let cut = 1; cut < 13; cut += 1) {
        await using door = await openDoorway({ proxies: [balancer] })
        const client = await openByteClient({ port: door.number, from: '127.0.0.41' })
        client.say(Buffer.from(header.slice(0, cut), 'latin1'))
        await new Promise((resolve) => setImmediate(resolve))
        client.say(Buffer.from(header.slice(cut) + request, 'latin1'))
        match(await client.untilEnd(), /^HTTP\/1\.1 400 .*PROXY_PROTOCOL_REFUSED/s)
        deepEqual([door.http1.length, door.logged[0]?.event], [0, 'proxy-protocol-refused'])
        match(String(door.logged[0]?.fields['next']), /gateway\.proxyProtocol\.from/)
      }
    })
  }
})
