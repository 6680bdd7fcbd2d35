/** An https proxy, and an https echo behind one: both by their certificates. */
import { equal, match, rejects } from 'node:assert/strict'
import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { test } from 'node:test'
import { getThrough } from '../../../src/cutover/adapters/proxy-call.ts'
import { parseProxy, type ProxyAddress } from '../../../src/cutover/adapters/proxy-url.ts'
import { secret } from '../../../src/values/secret.ts'
import { closeServer, fixture, listenOn, scopeOfSuite } from '../../gateway/kit.ts'
import { startBalancer } from './balancer.ts'

const suite = scopeOfSuite()
const trusted = getCACertificates('default')
suite.after(() => setDefaultCACertificates(trusted))
const material = { key: fixture('loopback-key.pem'), cert: fixture('loopback-certificate.pem') }
const proxyOf = (url: string): ProxyAddress => {
  const parsed = parseProxy(secret(url))
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

async function startEcho(): Promise<URL> {
  const server = createServer(material, ({ socket }, answer) => answer.end(`seen: ${socket.remoteAddress ?? ''}`))
  const { port } = await listenOn(server, '127.0.0.1')
  suite.after(async () => {
    server.closeAllConnections()
    await closeServer(server)
  })
  return new URL(`https://127.0.0.1:${port}/`)
}

test('an https echo is reached through a tunnel, and only by a certificate that is trusted', async () => {
  const { url } = await startBalancer(suite, '127.0.0.21')
  const call = { proxy: proxyOf(url), url: await startEcho(), withinMs: 5000 }
  await rejects(getThrough(call), /certificate/)
  setDefaultCACertificates([...trusted, fixture('loopback-ca.pem')])
  equal(await getThrough(call), 'seen: 127.0.0.21')
})

test('an https proxy is spoken to over TLS', async () => {
  setDefaultCACertificates([...trusted, fixture('loopback-ca.pem')])
  const asked: string[] = []
  const proxy = createServer(material, ({ url, headers }, answer) => {
    asked.push(`${url ?? ''} ${headers['proxy-authorization'] ?? ''}`)
    answer.end('127.0.0.22')
  })
  const { port } = await listenOn(proxy, '127.0.0.1')
  suite.after(() => closeServer(proxy))
  const url = new URL('http://ip.example/')
  equal(await getThrough({ proxy: proxyOf(`https://u:p%20w@127.0.0.1:${port}`), url, withinMs: 5000 }), '127.0.0.22')
  match(asked[0] ?? '', /^http:\/\/ip\.example\/ Basic dTpwIHc=$/)
})
