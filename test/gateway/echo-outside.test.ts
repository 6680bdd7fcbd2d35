/** `ip.sallyport` with an echo outside: what that server is asked, and that its answer is the gateway's. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { describe, test, type TestContext } from 'node:test'
import { closeServer, egressAddresses, listenOn, startTestGateway } from './kit.ts'
import { connectThrough, forwardThrough } from './raw-client.ts'

type Heard = {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** Serves one host and one path, as a server with many sites does, and answers with the address of whoever asks. */
async function startOutside(t: TestContext): Promise<{ readonly at: string; readonly heard: Heard[] }> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    heard.push({ method, url, headers })
    const right = headers.host === at && url === '/what/is?my=ip'
    response
      .writeHead(right ? 200 : 404, { 'Content-Type': 'text/plain' })
      .end(right ? request.socket.remoteAddress : 'no such site')
  })
  const { port } = await listenOn(server, '127.0.0.1')
  const at = `127.0.0.1:${port}`
  t.after(async () => {
    server.closeAllConnections()
    await closeServer(server)
  })
  return { at, heard }
}

describe('an echo outside', () => {
  test('is asked by its own name for its own page, by the gateway and by clients, who get its answer', async (t) => {
    const { at, heard } = await startOutside(t)
    const echo = { url: `http://${at}/what/is?my=ip`, every: '1m' }
    const gateway = await startTestGateway(t, { allow: [at], configuration: { echo } })
    deepEqual(
      gateway.running.views().map(({ state, publicIs }) => [state, publicIs]),
      [
        ['up', 'observed'],
        ['up', 'observed'],
      ],
    )
    for (const [name, address] of Object.entries({ a: egressAddresses[0], b: egressAddresses[1] })) {
      const fields = [`Sallyport-Egress: ${name}`, 'Accept: text/plain']
      const reply = await forwardThrough(gateway, 'http://ip.sallyport/', { fields })
      deepEqual([reply.status, reply.fields.get('transfer-encoding') === 'chunked'], [200, true])
      match(reply.body, new RegExp(`\r\n${address.replaceAll('.', '\\.')}\r\n`))
    }
    const { method, url, headers } = heard.at(-1) ?? { headers: {} }
    deepEqual([method, url, headers.host, headers.accept], ['GET', '/what/is?my=ip', at, 'text/plain'])
    equal(JSON.stringify(heard).includes('ip.sallyport'), false, 'it never hears of a name that is ours alone')
  })

  test('behind a CONNECT is whatever the client makes of it: nobody writes into a tunnel', async (t) => {
    const { at, heard } = await startOutside(t)
    const echo = { url: `http://${at}/what/is?my=ip`, every: '1m' }
    const gateway = await startTestGateway(t, { allow: [at], configuration: { echo } })
    const { raw, reply } = await connectThrough(gateway, 'ip.sallyport:80')
    equal(reply.status, 200)
    raw.write('GET / HTTP/1.1\r\nHost: ip.sallyport\r\nConnection: close\r\n\r\n')
    match((await raw.rest()).toString(), /^HTTP\/1\.1 404 /)
    equal(heard.at(-1)?.headers.host, 'ip.sallyport')
    raw.socket.destroy()
  })
})
