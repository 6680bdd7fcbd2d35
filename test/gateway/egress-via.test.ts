/** What goes through another proxy: what is sent to it, what it may answer, and what that means for the dial. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createSecureContext, createServer as createTlsServer } from 'node:tls'
import { promisify } from 'node:util'
import { makeCertificate } from './certificate.ts'
import { closedPort, local, openScene, startListener, via } from './egress-scene.ts'
import { listenOn } from './kit.ts'

describe('P-43: a name goes through a proxy as a name', () => {
  const answers = (answer: string) => (socket: Socket) => void socket.once('data', () => void socket.write(answer))

  test('over HTTP with credentials percent-decoded; the address that the proxy names is declared, not observed', async (t) => {
    const proxy = await startListener(
      t,
      answers('HTTP/1.1 200 OK\r\nSallyport-Egress: up; address=192.0.2.9\r\n\r\nearly'),
    )
    const scene = await openScene(t, { egress: [via('v', `http://u%40x:p%3Aw@${proxy.at}`)] })
    const dialled = await scene.dial(443)
    ok(dialled.ok)
    const basic = Buffer.from('u@x:p:w').toString('base64')
    match(
      proxy.received(),
      new RegExp(
        `CONNECT x\\.test:443 HTTP/1\\.1\\r\\nHost: x\\.test:443\\r\\nProxy-Authorization: Basic ${basic}\\r\\nVia: 1\\.1 sallyport\\r\\n\\r\\n$`,
      ),
    )
    const { address: leaves, observed, remote, socket } = dialled.value
    deepEqual({ leaves, observed, remote }, { leaves: '192.0.2.9', observed: false, remote: undefined })
    const [early] = (await once(socket, 'data')) as [Buffer]
    equal(early.toString(), 'early', 'what came behind the head belongs to the tunnel')
    equal(scene.view('v').through, `http://${proxy.at}`)
    equal(scene.pool.resolvesElsewhere(undefined), true)
  })

  test('over https, whose certificate has to be right', async (t) => {
    const certificate = makeCertificate()
    const server = createTlsServer({ cert: certificate.pem, key: certificate.material.key.expose() }, (socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    })
    const { port } = await listenOn(server, '127.0.0.1')
    t.after(() => void server.close())
    const egress = [via('v', `https://127.0.0.1:${port}`)]
    const trusting = await openScene(t, {
      egress,
      options: { trust: () => createSecureContext({ ca: certificate.pem }) },
    })
    const dialled = await trusting.dial(443)
    ok(dialled.ok, JSON.stringify(dialled))
    dialled.value.socket.destroy()
    const wary = await openScene(t, { egress })
    equal(wary.view('v').state, 'down')
    match(wary.view('v').why, /SELF_SIGNED|self-signed|UNABLE_TO_VERIFY/i)
  })

  test('over https with an authority of NODE_EXTRA_CA_CERTS', async (t) => {
    const certificate = makeCertificate()
    const key = certificate.material.key.expose()
    const server = createTlsServer({ cert: certificate.pem, key }, (socket) => void socket.on('error', () => undefined))
    server.on('tlsClientError', () => undefined)
    const { port } = await listenOn(server, '127.0.0.1')
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-trust-'))
    t.after(async () => {
      server.close()
      await rm(folder, { recursive: true })
    })
    const file = join(folder, 'authority.pem')
    await writeFile(file, certificate.pem)
    const program = new URL('child-trust.ts', import.meta.url).pathname
    const believes = async (env: NodeJS.ProcessEnv): Promise<string> =>
      (await promisify(execFile)(process.execPath, [program, `${port}`], { env })).stdout.trim()
    equal(await believes({ ...process.env, NODE_EXTRA_CA_CERTS: file }), 'yes')
    match(await believes({ ...process.env, NODE_EXTRA_CA_CERTS: undefined }), /SELF_SIGNED|UNABLE_TO_VERIFY/)
  })

  test('over https: a proxy that hangs up in the handshake fails over', async (t) => {
    const origin = await startListener(t)
    const proxy = await startListener(t, (socket) => void socket.once('data', () => socket.resetAndDestroy()))
    const egress = [via('v', `https://${proxy.at}`), local('b', '127.0.0.12')]
    const scene = await openScene(t, { egress, attemptMs: 60_000 })
    equal(scene.view('v').state, 'down')
    deepEqual(await scene.egressesOf(origin.port, 1), ['b'])
  })

  test('over SOCKS5, with user and password and the name', async (t) => {
    const proxy = await startListener(t, (socket) => {
      const steps = [Buffer.from([5, 2]), Buffer.from([1, 0]), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])]
      socket.on('data', () => void (steps.length > 0 && socket.write(steps.shift() ?? '')))
    })
    const scene = await openScene(t, { egress: [via('v', `socks5://user:pass@${proxy.at}`)] })
    const heard = proxy.received().length
    const dialled = await scene.dial(443)
    ok(dialled.ok, JSON.stringify(dialled))
    equal(
      proxy.received().slice(heard),
      ['\x05\x01\x02', '\x01\x04user\x04pass', '\x05\x01\x00\x03\x06x.test\x01\xbb'].join(''),
    )
  })

  /** A proxy that lets the probe through, whose target is an address, and answers names as told. */
  const toNames = (answer: string) => (socket: Socket) =>
    void socket.once('data', (head) => socket.end(head.includes('CONNECT x.test') ? answer : 'HTTP/1.1 200 OK\r\n\r\n'))

  const refusals = {
    'a judgement of the proxy is final: 403': ['HTTP/1.1 403 No\r\n\r\n', 'UPSTREAM_PROXY_REFUSED'],
    'a judgement by Proxy-Status is final': [
      'HTTP/1.1 502 No\r\nProxy-Status: p; error=destination_ip_prohibited\r\n\r\n',
      'UPSTREAM_PROXY_REFUSED',
    ],
    'wrong credentials for the proxy fail over: 407': ['HTTP/1.1 407 No\r\n\r\n', 'b'],
    'a proxy that has no way there fails over: 502': ['HTTP/1.1 502 No\r\n\r\n', 'b'],
    'a proxy that is loaded fails over: 503': ['HTTP/1.1 503 No\r\n\r\n', 'b'],
    'a proxy that speaks something else fails over': ['220 mail.test ESMTP\r\n\r\n', 'b'],
    'a proxy that sends a head without end fails over': [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'b'],
    'a proxy that hangs up fails over': ['', 'b'],
  } as const
  for (const [sentence, [answer, expected]] of Object.entries(refusals))
    test(sentence, async (t) => {
      const origin = await startListener(t)
      const proxy = await startListener(t, toNames(answer))
      const scene = await openScene(t, {
        egress: [via('v', `http://${proxy.at}`), local('b', '127.0.0.12')],
        attemptMs: 60_000,
      })
      scene.pool.declareAdmissions([{ label: undefined, group: 'x.test:*', egress: 'v', admission: 'confirmed' }])
      deepEqual(await scene.egressesOf(origin.port, 1), [expected])
    })

  test('a refusal of the proxy comes with its status, and without its credentials', async (t) => {
    const proxy = await startListener(t, toNames('HTTP/1.1 407 No\r\n\r\n'))
    const scene = await openScene(t, { egress: [via('v', `http://user:s3cret@${proxy.at}`)] })
    const dialled = await scene.dial(443)
    ok(!dialled.ok)
    deepEqual([dialled.fault.code, dialled.fault.saw['status']], ['UPSTREAM_PROXY_REFUSED', 407])
    equal(JSON.stringify([dialled, scene.pool.views()]).includes('s3cret'), false)
  })

  test('a proxy that is not there is no live egress', async (t) => {
    const scene = await openScene(t, { egress: [via('v', `http://127.0.0.1:${await closedPort()}`)] })
    equal(scene.view('v').state, 'down')
    const dialled = await scene.dial(443)
    ok(!dialled.ok)
    equal(dialled.fault.code, 'NO_LIVE_EGRESS')
  })
})
