/** The whole gateway behind TLS: curl through HTTP/1.1, forwarded and tunnelled, and Node through HTTP/2. */
import { deepEqual, equal } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { byteClient } from './byte-client.ts'
import { makeCertificate } from './certificate.ts'
import {
  basic,
  closeServer,
  egressAddresses,
  listenOn,
  plainCredentials,
  scopeOfSuite,
  startTestGateway,
} from './kit.ts'

describe('a gateway with TLS', async () => {
  const suite = scopeOfSuite()
  const certificate = makeCertificate()
  const origin = createServer((request, response) => response.end(request.socket.remoteAddress))
  const { port } = await listenOn(origin, '127.0.0.1')
  suite.after(() => closeServer(origin))
  const gateway = await startTestGateway(suite, {
    allow: [`127.0.0.1:${port}`],
    configuration: { tls: certificate.material },
  })
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tls-'))
  suite.after(() => rm(folder, { recursive: true }))
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, certificate.pem)

  for (const [sentence, options] of Object.entries({ 'forwards for': [], 'tunnels for': ['--proxytunnel'] })) {
    test(`${sentence} curl, from one of its addresses`, async () => {
      const proxy = ['--proxy', gateway.proxyUrl, '--proxy-cacert', ca, '--noproxy', '']
      const target = `http://127.0.0.1:${port}/`
      const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', ...proxy, ...options, target])
      equal(
        egressAddresses.some((address) => address === stdout),
        true,
        stdout,
      )
    })
  }

  test('tunnels over HTTP/2, by the egress that is asked for', async () => {
    const session = connect(`https://127.0.0.1:${gateway.port}`, { ca: certificate.pem })
    const stream = session.request(
      {
        ':method': 'CONNECT',
        ':authority': `127.0.0.1:${port}`,
        'proxy-authorization': basic(plainCredentials),
        'sallyport-egress': 'b',
      },
      { endStream: false },
    )
    const client = byteClient(stream)
    const [headers] = await once(stream, 'response')
    deepEqual([headers[':status'], headers['sallyport-egress']], [200, `b; address=${egressAddresses[1]}`])
    client.say('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    equal((await client.untilEnd()).endsWith(egressAddresses[1]), true)
    session.destroy()
  })

  test('G-15: refuses over HTTP/2 what it refuses over HTTP/1.1', async () => {
    const session = connect(`https://127.0.0.1:${gateway.port}`, { ca: certificate.pem })
    const fields = { 'proxy-authorization': basic(plainCredentials) }
    const stream = session.request(
      { ':method': 'CONNECT', ':authority': '127.0.0.1:1', ...fields },
      { endStream: false },
    )
    const [headers] = await once(stream, 'response')
    equal(headers[':status'], 403)
    session.destroy()
  })
})
