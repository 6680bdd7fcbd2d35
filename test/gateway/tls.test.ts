/** TLS from the client to the gateway, and what is told apart inside it. */
import { deepEqual, equal, match, rejects, throws } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { secret } from '../../src/values/secret.ts'
import { milliseconds } from '../../src/values/time.ts'
import { byteClient, openByteClient, type ByteClient } from './byte-client.ts'
import { makeCertificate } from './certificate.ts'
import { Chopped } from './chopped.ts'
import { echo, openDoorway, openFar, type Doorway } from './doorway.ts'

const certificate = makeCertificate()
const tls = certificate.material

type Inside = ByteClient & { readonly socket: TLSSocket }

async function openInside(door: Doorway, options: ConnectionOptions = {}): Promise<Inside> {
  const socket = connect({ port: door.number, host: '127.0.0.1', ca: certificate.pem, ...options })
  const client = byteClient(socket)
  await once(socket, 'secureConnect')
  return { ...client, socket }
}

async function handed(door: Doorway, text: string): Promise<void> {
  while (!door.http1.some((each) => each.read() === text)) await new Promise((resolve) => setImmediate(resolve))
}

describe('inside TLS', () => {
  test('HTTP/1.1 is handed on as such, from the address of the client', async () => {
    await using door = await openDoorway({ tls })
    const client = await openInside(door, { ALPNProtocols: ['http/1.1'] })
    equal(client.socket.alpnProtocol, 'http/1.1')
    client.say('GET http://a/ HTTP/1.1\r\n')
    await handed(door, 'GET http://a/ HTTP/1.1\r\n')
    deepEqual([door.http1[0]?.connection.secure, door.port.url.slice(0, 8)], [true, 'https://'])
    client.socket.end()
    await client.untilEnd()
  })

  test('SOCKS5 tunnels', async () => {
    await using far = await openFar(echo)
    await using door = await openDoorway({ tls })
    const client = await openInside(door)
    client.say(Uint8Array.of(5, 1, 2, 1, 3, 97, 112, 112, 6, ...Buffer.from('s3cret')))
    await client.until(4)
    client.say(Uint8Array.of(5, 1, 0, 1, 127, 0, 0, 1, far.port >> 8, far.port & 255))
    client.say('ping')
    equal((await client.until(18)).slice(14), 'ping')
    client.socket.destroy()
  })

  test('nothing is lost wherever the handshake is cut, one byte at first or byte by byte', async () => {
    await using door = await openDoorway({ tls })
    for (const size of [1, 3, 1000]) {
      const raw = connectTcp({ port: door.number, host: '127.0.0.1', noDelay: true })
      await once(raw, 'connect')
      const socket = connect({ socket: new Chopped(raw, size), ca: certificate.pem })
      await once(socket, 'secureConnect')
      socket.write(`cut into ${size}`)
      await handed(door, `cut into ${size}`)
      raw.destroy()
    }
  })

  test('a client that knows none of our protocols by name is refused in the handshake', async () => {
    await using door = await openDoorway({ tls })
    await rejects(openInside(door, { ALPNProtocols: ['spdy/3'] }), /no application protocol/)
  })

  test('TLS 1.1 is refused', async () => {
    await using door = await openDoorway({ tls })
    const old = openInside(door, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    await rejects(old, /protocol version|no protocols available|unsupported protocol/)
  })

  test('TLS in TLS, and nonsense in a handshake, are refused', async () => {
    await using door = await openDoorway({ tls })
    const nested = await openInside(door)
    nested.say(Uint8Array.of(0x16, 3, 1))
    equal(Buffer.from(await nested.untilEnd(), 'latin1').toString('hex'), '15030100020228')
    const nonsense = await openByteClient({ port: door.number })
    nonsense.say(Uint8Array.of(0x16, 3, 1, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8))
    await nonsense.untilEnd()
  })

  test('plain HTTP on the same port is served as well', async () => {
    await using door = await openDoorway({ tls })
    const client = await openByteClient({ port: door.number })
    client.say('GET http://a/ HTTP/1.1\r\n')
    await handed(door, 'GET http://a/ HTTP/1.1\r\n')
    equal(door.http1[0]?.connection.secure, false)
    client.socket.destroy()
  })

  test('L-73: a handshake that is not finished in time is closed', async () => {
    await using door = await openDoorway({ tls, deadlines: { header: milliseconds(100) } })
    const client = await openByteClient({ port: door.number })
    client.say(Uint8Array.of(0x16, 3, 1, 2))
    equal(await client.untilEnd(), '')
    const quiet = await openInside(door)
    await quiet.untilEnd()
  })

  test('behind the PROXY protocol the source is the one that its header names', async () => {
    await using door = await openDoorway({ tls, proxies: ['127.0.0.1'] })
    const raw = connectTcp({ port: door.number, host: '127.0.0.1' })
    raw.write('PROXY TCP4 192.0.2.7 203.0.113.9 1 2\r\n')
    const socket = connect({ socket: raw, ca: certificate.pem })
    await once(socket, 'secureConnect')
    socket.write('GET')
    await handed(door, 'GET')
    equal(door.http1[0]?.connection.from, 0xc000_0207)
    raw.destroy()
  })
})

describe('a certificate', () => {
  test('is replaced for new connections, while the old ones run on', async () => {
    await using door = await openDoorway({ tls })
    const before = await openInside(door)
    before.say('before')
    await handed(door, 'before')
    const renewed = makeCertificate('renewed')
    door.port.replaceTls(renewed.material)
    await rejects(openInside(door), /self-signed certificate/)
    const after = await openInside(door, { ca: renewed.pem })
    equal(after.socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase(), renewed.fingerprint)
    before.say(' and after')
    await handed(door, 'before and after')
    before.socket.destroy()
    after.socket.destroy()
  })

  test('that is none, or not of this key, is refused with words, and the one before stays', async () => {
    await using door = await openDoorway({ tls })
    const other = makeCertificate().material
    for (const wrong of [
      { ...tls, key: other.key },
      { ...tls, cert: secret('no certificate') },
    ])
      throws(() => door.port.replaceTls(wrong), /gateway\.tls cannot be used \(.*\): cert has to be a PEM certificate/)
    await rejects(openDoorway({ tls: { ...tls, key: secret('') } }), /gateway\.tls cannot be used/)
    const client = await openInside(door)
    client.socket.destroy()
  })

  test('cannot be set where there was none', async () => {
    await using door = await openDoorway()
    throws(() => door.port.replaceTls(tls), /restart/)
  })
})

describe('curl', () => {
  test('reaches an https proxy whose certificate it is told', async () => {
    await using door = await openDoorway({ tls })
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-tls-'))
    try {
      const ca = join(folder, 'ca.pem')
      await writeFile(ca, certificate.pem)
      const proxy = `https://app:s3cret@127.0.0.1:${door.number}`
      const options = ['--silent', '--noproxy', '', '--proxy', proxy, '--proxy-cacert', ca, 'http://login.example/']
      const curl = promisify(execFile)('curl', options).catch(() => undefined)
      while (!door.http1.some((each) => each.read().endsWith('\r\n\r\n')))
        await new Promise((resolve) => setImmediate(resolve))
      match(door.http1[0]?.read() ?? '', /^GET http:\/\/login\.example\/ HTTP\/1\.1\r\n/)
      door.http1[0]?.connection.socket.destroy()
      await curl
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
