/** An echo that is called through a SOCKS5 proxy, which is the gateway as it is. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { test } from 'node:test'
import { getThrough } from '../../../src/cutover/adapters/proxy-call.ts'
import { parseProxy, type ProxyAddress } from '../../../src/cutover/adapters/proxy-url.ts'
import { probeBySample } from '../../../src/cutover/adapters/sampled-probe.ts'
import { secret } from '../../../src/values/secret.ts'
import { closeServer, fixture, listenOn, plainCredentials, startTestGateway, type Scope } from '../../gateway/kit.ts'
import { startEcho } from './balancer.ts'

const withinMs = 5000
const proxyOf = (url: string): ProxyAddress => {
  const parsed = parseProxy(secret(url))
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}
const { username, password } = plainCredentials

test('SF-288: each address of a pair behind a SOCKS5 proxy is seen, and what the proxy refuses is said without its password', async (t) => {
  const echo = new URL(await startEcho(t))
  const gateway = await startTestGateway(t, { allow: [echo.host] })
  const at = `${gateway.host}:${gateway.port}`
  const proxy = proxyOf(`socks5h://${username}:${password}@${at}`)
  const addresses = ['127.0.0.11', '127.0.0.12']
  const { result, evidence } = await probeBySample({ proxy, echo, addresses }, '127.0.0.12')
  deepEqual([result, evidence.includes(password)], ['success', false])
  match(evidence, /through socks5:\/\/127\.0\.0\.1:\d+/)
  const wrong = proxyOf(`socks5://${username}:another@${at}`)
  await rejects(getThrough({ proxy: wrong, url: echo, withinMs }), /^Error: socks5:\S+ refused the user and password$/)
  const elsewhere = new URL('http://127.0.0.1:1/')
  await rejects(getThrough({ proxy, url: elsewhere, withinMs }), /refused the tunnel with \d \(RFC 1928/)
})

test('an https echo is reached through a SOCKS5 proxy by its certificate', async (t) => {
  const material = { key: fixture('loopback-key.pem'), cert: fixture('loopback-certificate.pem') }
  const server = createTlsServer(material, ({ socket }, answer) => answer.end(`seen: ${socket.remoteAddress ?? ''}`))
  const { port } = await listenOn(server, '127.0.0.1')
  t.after(async () => {
    server.closeAllConnections()
    await closeServer(server)
  })
  const gateway = await startTestGateway(t, { allow: [`127.0.0.1:${port}`] })
  const proxy = proxyOf(`socks5://${username}:${password}@${gateway.host}:${gateway.port}`)
  const trusted = getCACertificates('default')
  t.after(() => setDefaultCACertificates(trusted))
  setDefaultCACertificates([...trusted, fixture('loopback-ca.pem')])
  match(await getThrough({ proxy, url: new URL(`https://127.0.0.1:${port}/`), withinMs }), /^seen: 127\.0\.0\.1[12]$/)
})

const others: Readonly<Record<string, readonly [(socket: Socket) => void, RegExp]>> = {
  'that speaks something else': [
    (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    /does not speak SOCKS5$/,
  ],
  'that hangs up in the middle': [(socket) => socket.end(Buffer.from([5])), /: it closed the connection$/],
  'that takes no password': [(socket) => socket.write(Buffer.from([5, 255])), /takes no user and password$/],
  'that says nothing': [() => undefined, /^Error: nothing came through socks5:\S+ within 200 ms$/],
}
for (const [called, [answer, says]] of Object.entries(others))
  test(`a proxy ${called} is told apart`, async (t: Scope) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      answer(socket)
    })
    const { port } = await listenOn(server, '127.0.0.1')
    t.after(async () => {
      for (const each of sockets) each.destroy()
      await closeServer(server)
    })
    const proxy = proxyOf(`socks5://u:p@127.0.0.1:${port}`)
    await rejects(getThrough({ proxy, url: new URL('http://192.0.2.1/'), withinMs: 200 }), says)
    equal(proxy.shown.includes('u:p'), false)
  })
