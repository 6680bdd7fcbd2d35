import { equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test, type TestContext } from 'node:test'
import { openDirectLane, type DirectAnswer, type DirectRequest, type DirectTerms } from './direct-lane.ts'
import { watchConnections } from './unused-connections.ts'

const headers = { 'content-type': 'text/plain' }
const told = (by: string, body: string): DirectAnswer => ({ status: 200, headers, body: `${by}: ${body}` })

type Scene = {
  readonly server: Server
  readonly dial: () => Promise<Dialled>
  readonly connect: () => Promise<Socket>
  readonly close: () => Promise<unknown>
}
type Dialled = {
  readonly socket: Socket
  /** Everything that came, once it has the text. */
  readonly until: (text: string | RegExp) => Promise<string>
  readonly all: Promise<string>
}

async function open(t: TestContext, terms: Partial<DirectTerms> = {}): Promise<Scene> {
  const server = createServer((message, response) => {
    void text(message).then((body) => response.end(`node: ${message.method} ${body}`))
  })
  const direct = openDirectLane(server, {
    ...{ requestLine: 'POST /token HTTP/1.1\r\n', longest: 1000, clock: () => 1_000_000_000_000 },
    ...{ headerMs: 10_000, keepAliveMs: 65_000 },
    answer: (request: DirectRequest) => Promise.resolve(told('direct', request.body)),
    ...terms,
  })
  const endUnused = watchConnections(server, direct)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const dialled = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  t.after(() => {
    server.closeAllConnections()
    endUnused()
    server.close()
  })
  return {
    server,
    connect: dialled,
    dial: async () => hear(await dialled()),
    async close() {
      const closed = once(server, 'close')
      server.close()
      endUnused()
      return await closed
    },
  }
}

function hear(socket: Socket): Dialled {
  let heard = ''
  socket.setEncoding('latin1').on('data', (piece: string) => (heard += piece))
  return {
    socket,
    all: once(socket, 'close').then(() => heard),
    async until(wanted) {
      while (!(typeof wanted === 'string' ? heard.includes(wanted) : wanted.test(heard))) await once(socket, 'data')
      return heard
    },
  }
}

const post = (body: string, more = ''): string =>
  `POST /token HTTP/1.1\r\nHost: x\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

describe('the direct lane', () => {
  test('answers one plain request after the other on a connection', async (t) => {
    const { socket, until } = await (await open(t)).dial()
    socket.write(post('one'))
    const first = await until('direct: one')
    equal(
      first,
      'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 11\r\nDate: Sun, 09 Sep 2001 01:46:40 GMT\r\n' +
        'Connection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\ndirect: one',
    )
    socket.write(post('two'))
    await until('direct: two')
  })

  test('leaves a connection to node:http with the first request that is not plain, for good', async (t) => {
    const { socket, until } = await (await open(t)).dial()
    socket.write(post('one'))
    await until('direct: one')
    socket.write(get)
    await until('node: GET')
    socket.write(post('two'))
    await until('node: POST two')
  })

  test('leaves to node:http what the answering does not want', async (t) => {
    const { socket, until } = await (await open(t, { answer: () => undefined })).dial()
    socket.write(post('one'))
    await until('node: POST one')
  })

  test('answers a request that comes in two pieces, cut at any byte', async (t) => {
    const scene = await open(t)
    const bytes = post('one')
    for (let at = 1; at < bytes.length; at += 1) {
      const { socket, until } = await scene.dial()
      const there = once(scene.server, 'request')
      socket.write(bytes.slice(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      socket.write(bytes.slice(at))
      await Promise.race([there, until(': ')]) // whoever had it whole
      match(await until('one'), /^HTTP\/1\.1 200 OK\r\n[^]*(?:direct: |node: POST )one$/)
      socket.destroy()
    }
  })

  test('answers requests that come ahead in their order', async (t) => {
    const { socket, until } = await (await open(t)).dial()
    socket.write(post('one') + post('two') + get)
    match(await until('GET'), /one[^]*two[^]*GET/)
  })

  test('keeps what comes while it answers, and answers it afterwards', async (t) => {
    const gate = Promise.withResolvers<DirectAnswer>()
    const asked = Promise.withResolvers<void>()
    const scene = await open(t, {
      answer() {
        asked.resolve()
        return gate.promise
      },
    })
    const { socket, until } = await scene.dial()
    socket.write(post('one'))
    await asked.promise
    for (const piece of [get.slice(0, 9), get.slice(9), post('two')]) {
      socket.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    gate.resolve(told('direct', 'one'))
    match(await until('POST two'), /direct: one[^]*node: GET[^]*node: POST two/)
  })

  test('says nothing at all where the answer is cut', async (t) => {
    const { socket, all } = await (await open(t, { answer: () => Promise.resolve('cut') })).dial()
    socket.write(post('one'))
    equal(await all, '')
  })

  test('P-03: takes a client that ends its side for gone, as node:http does', async (t) => {
    const asked = Promise.withResolvers<DirectRequest>()
    const gate = Promise.withResolvers<DirectAnswer>()
    const scene = await open(t, {
      answer(request) {
        asked.resolve(request)
        return gate.promise
      },
    })
    const { socket, all } = await scene.dial()
    socket.write(post('one'))
    const { socket: there } = await asked.promise
    socket.end()
    await once(there, 'close')
    gate.resolve(told('direct', 'one'))
    equal(await all, '')
  })

  test('ends a connection that never says anything, with 408', async (t) => {
    const { all } = await (await open(t, { headerMs: 20 })).dial()
    match(await all, /^HTTP\/1\.1 408 /)
  })

  test('ends a connection that rests for too long after an answer, without a word', async (t) => {
    const { socket, all } = await (await open(t, { keepAliveMs: 20 })).dial()
    socket.write(post('one'))
    match(await all, /direct: one$/)
  })

  test('lets an answer take as long as it does', async (t) => {
    const gate = Promise.withResolvers<DirectAnswer>()
    const { socket, until } = await (await open(t, { headerMs: 10, answer: () => gate.promise })).dial()
    socket.write(post('one'))
    await new Promise((resolve) => setTimeout(resolve, 40)) // four times as long as a head may take
    gate.resolve(told('direct', 'one'))
    await until('direct: one')
  })

  test('finishes what it answers when the server is closed, and ends what rests', { timeout: 5000 }, async (t) => {
    const gate = Promise.withResolvers<DirectAnswer>()
    const asked = Promise.withResolvers<void>()
    const scene = await open(t, {
      answer() {
        asked.resolve()
        return gate.promise
      },
    })
    const resting = await scene.dial()
    const waiting = await scene.dial()
    waiting.socket.write(post('one'))
    await asked.promise
    const closed = scene.close()
    equal(await resting.all, '')
    gate.resolve(told('direct', 'one'))
    match(await waiting.all, /Connection: close\r\n\r\ndirect: one$/)
    await closed
  })

  test('lets a client read to its end what was answered before the server was closed', { timeout: 5000 }, async (t) => {
    const body = 'x'.repeat(6_000_000)
    const answered = Promise.withResolvers<void>()
    const scene = await open(t, {
      answer() {
        setImmediate(answered.resolve)
        return Promise.resolve({ status: 200, headers, body })
      },
    })
    const socket = (await scene.connect()).pause()
    socket.write(post('one'))
    await answered.promise
    const closed = scene.close()
    let bytes = 0
    const read = once(socket, 'close')
    socket.on('data', (piece: Buffer) => (bytes += piece.length)).resume()
    await Promise.all([closed, read])
    equal(bytes > body.length, true, `${bytes} bytes came`)
  })

  test('reads no more of a client that does not read, until he does', async (t) => {
    let answered = 0
    const body = 'x'.repeat(6_000_000)
    const scene = await open(t, {
      answer() {
        answered += 1
        return Promise.resolve({ status: 200, headers, body })
      },
    })
    const socket = (await scene.connect()).pause()
    for (let n = 0; n < 6; n += 1) {
      socket.write(post('one'))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    equal(answered <= 2, true, `${answered} answers wait to be read`)
    const last = new Promise<void>((resolve) => {
      socket.setEncoding('latin1').on('data', (piece: string) => {
        if (piece.endsWith('node: POST end')) resolve()
      })
    })
    socket.resume()
    socket.write(post('end') + post('end')) // two at once are for node:http
    await last
  })

  test('lets no line end into the head of an answer: there is none then', async (t) => {
    const bad = { status: 200, headers: { 'x-a': 'b\r\nx-c: d' }, body: '' }
    const { socket, all } = await (await open(t, { answer: () => Promise.resolve(bad) })).dial()
    socket.write(post('one'))
    equal(await all, '')
  })
})
