/** L-77 at the door: a whole gateway that allows every host, a listener on the loopback that nobody may reach, and every way to ask for it. */
import { deepEqual, equal, match, ok as holds } from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { startDnsServer, type DnsAnswer, type DnsQuestion, type DnsServer } from './dns-server.ts'
import { basic, closeServer, plainCredentials, startTestGateway, type Scope, type TestGateway } from './kit.ts'
import {
  connectRefused,
  connectThrough,
  echoed,
  forwardThrough,
  openRaw,
  readHead,
  socksThrough,
  type SocksAddress,
} from './raw-client.ts'

type World = {
  readonly gateway: TestGateway
  readonly dns: DnsServer
  /** Of the trap, 127.0.0.1 and ::1, and of an origin at 127.0.0.13, which `allow` lists. */
  readonly port: number
  /** Whoever came into the trap. */
  readonly visits: readonly string[]
  readonly pass: (ms: number) => void
}

const [trapHosts, listedHost] = [['127.0.0.1', '::1'], '127.0.0.13'] as const

async function world(
  t: TestContext,
  answer: (question: DnsQuestion) => DnsAnswer = () => ({ code: 'NXDOMAIN' }),
): Promise<World> {
  const visits: string[] = []
  const port = await listenEverywhere(t, (socket) => {
    if (socket.localAddress === listedHost) return serve(socket)
    visits.push(socket.localAddress ?? 'somewhere')
    socket.destroy()
  })
  const dns = await startDnsServer(answer)
  t.after(() => dns.close())
  let skew = 0
  const gateway = await startTestGateway(t, {
    allow: ['*:*', `${listedHost}:${port}`],
    configuration: { allowEverything: true },
    environment: { nameServers: [dns.server], monotonic: () => performance.now() + skew },
  })
  return { gateway, dns, port, visits, pass: (ms) => void (skew += ms) }
}

/** Answers HTTP with a redirect to the trap, and sends back everything else. */
function serve(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    if (!chunk.toString('latin1').startsWith('GET ')) return void socket.write(chunk)
    const location = `http://127.0.0.1:${socket.localPort ?? 0}/`
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  })
}

/** On one port of all three addresses. A port that somebody else has on one of them is left for another. */
async function listenEverywhere(t: Scope, use: (socket: Socket) => void): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const servers = [...trapHosts, listedHost].map((host) => ({ host, server: createServer(use) }))
    try {
      let port = 0
      for (const { host, server } of servers) port = await listening(server, host, port)
      t.after(async () => void (await Promise.all(servers.map(({ server }) => closeServer(server)))))
      return port
    } catch (cause) {
      for (const { server } of servers) server.close()
      if (tries === 10) throw cause
    }
  }
}

async function listening(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: host.includes(':') }, resolve)
  })
  const at = server.address()
  if (at === null || typeof at === 'string') throw new Error('the server listens on no port')
  return at.port
}

// Each of them leads to the trap if anybody on the way reads it as other readers do, or does not look into it.
const literals = [
  ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0177.1', '017700000001'],
  ...['127.0.0.01', '0', '0.0.0.0', '127.255.255.254', '%31%32%37.0.0.1', '127.0.0.1%00', 'localhost', 'LOCALHOST.'],
  ...['a.localhost', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]'],
  ...[
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[::1%lo]',
    '[::1%25lo]',
  ],
  ...['[2001:0:7f00:1::80ff:fffe]', '[2606:4700::5efe:127.0.0.1]', '[127.0.0.1]', 'user@127.0.0.1', '127.0.0.1#'],
]

describe('L-77: nobody reaches the loopback through a gateway that allows every host', () => {
  test('by CONNECT', async (t) => {
    const { gateway, port, visits } = await world(t)
    for (const literal of literals) {
      const { status, fields, body } = await connectRefused(gateway, `${literal}:${port}`)
      holds(status === 403 || status === 400, `${literal}: ${status}`)
      match(fields.get('proxy-status') ?? '', /^sallyport[^;]*; *error=(destination_ip_prohibited|http_request_error)/)
      holds(body.length > 20, literal)
    }
    deepEqual(visits, [])
  })

  test('by an absolute URL', async (t) => {
    const { gateway, port, visits } = await world(t)
    for (const literal of literals) {
      const { status } = await forwardThrough(gateway, `http://${literal}:${port}/`)
      holds(status === 403 || status === 400, `${literal}: ${status}`)
    }
    deepEqual(visits, [])
  })

  test('by SOCKS5, as a domain', async (t) => {
    const { gateway, port, visits } = await world(t)
    for (const literal of [...literals, '::1', '::ffff:127.0.0.1', '::']) {
      const { raw, code } = await socksThrough(gateway, { address: { kind: 'name', name: literal }, port })
      raw.socket.destroy()
      holds(code !== 0, `${literal}: ${code}`)
    }
    deepEqual(visits, [])
  })

  test('by SOCKS5, as bytes', async (t) => {
    const { gateway, port, visits } = await world(t)
    const v6 = ['00000000000000000000000000000001', '00000000000000000000ffff7f000001', '0064ff9b00000000000000007f000001', '20027f00000100000000000000000000', '00000000000000000000000000000000'] // prettier-ignore
    const addresses: readonly SocksAddress[] = [
      { kind: 'ipv4', bytes: Buffer.from([127, 0, 0, 1]) },
      { kind: 'ipv4', bytes: Buffer.from([0, 0, 0, 0]) },
      ...v6.map((hex): SocksAddress => ({ kind: 'ipv6', bytes: Buffer.from(hex, 'hex') })),
    ]
    for (const address of addresses) {
      const { raw, code } = await socksThrough(gateway, { address, port })
      raw.socket.destroy()
      equal(code, 2, 'not allowed by ruleset (RFC 1928)')
    }
    deepEqual(visits, [])
  })

  test('by what a name server answers', async (t) => {
    const answers = [
      '127.0.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '0.0.0.0',
      '::',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '127.1.2.3',
    ]
    const { gateway, port, visits, dns } = await world(t, ({ name }) => ({
      addresses: [answers[Number(name.slice(1, name.indexOf('.')))] ?? ''],
    }))
    for (const [i, address] of answers.entries()) {
      const { status, fields, body } = await connectRefused(gateway, `n${i}.example:${port}`)
      equal(status, 403, address)
      match(fields.get('proxy-status') ?? '', /error=destination_ip_prohibited/)
      match(body, /which is/)
    }
    equal(dns.asked.length, answers.length * 2)
    deepEqual(visits, [])
  })

  test('by a name that rebinds', async (t) => {
    const answered = new Set<string>()
    const { gateway, port, visits, dns, pass } = await world(t, ({ type }) => {
      const first = !answered.has(type)
      answered.add(type)
      return { addresses: first ? [listedHost] : ['127.0.0.1', '::1'], ttl: 0 }
    })
    const { raw, reply } = await connectThrough(gateway, `a.example:${port}`)
    equal(reply.status, 200)
    equal(await echoed(raw, 'through'), 'through')
    raw.socket.destroy()
    equal(dns.asked.length, 2, 'one question for each family: nobody asked again between the check and the dial')
    pass(1000)
    equal((await connectRefused(gateway, `a.example:${port}`)).status, 403)
    equal(dns.asked.length, 4)
    deepEqual(visits, [])
  })

  test('by a redirect: it goes back to the client, and what the client makes of it is refused', async (t) => {
    const { gateway, port, visits } = await world(t)
    const redirect = await forwardThrough(gateway, `http://${listedHost}:${port}/`)
    equal(redirect.status, 302)
    const location = redirect.fields.get('location') ?? ''
    equal(location, `http://127.0.0.1:${port}/`)
    equal((await forwardThrough(gateway, location)).status, 403)
    deepEqual(visits, [])
  })

  test('by a Host that is another than the target: the target decides', async (t) => {
    const { gateway, port, visits } = await world(t)
    const ask = async (target: string, host: string): Promise<number> => {
      const raw = await openRaw(gateway)
      raw.write(`GET http://${target}:${port}/ HTTP/1.1\r\nHost: ${host}:${port}\r\n`)
      raw.write(`Proxy-Authorization: ${basic(plainCredentials)}\r\nConnection: close\r\n\r\n`)
      const { status } = await readHead(raw)
      raw.socket.destroy()
      return status
    }
    equal(await ask('127.0.0.1', listedHost), 403)
    equal(await ask(listedHost, '127.0.0.1'), 302)
    deepEqual(visits, [])
  })

  test('nor its own ports, by any of its addresses', async (t) => {
    const { gateway } = await world(t)
    const admin = Number(new URL(gateway.adminUrl).port)
    for (const port of [gateway.port, admin])
      for (const host of ['127.0.0.1', '127.0.0.13', '[::1]', '0.0.0.0', 'localhost']) {
        const { status, body } = await connectRefused(gateway, `${host}:${port}`)
        equal(status, 403, host)
        match(body, /this gateway itself/)
      }
  })
})
