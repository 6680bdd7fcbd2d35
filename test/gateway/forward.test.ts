/** Forwarded requests, over raw sockets: framing, order, reuse, and what breaks. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bareCredentials, openBare, type Bare } from './bare-parts.ts'
import { answering, okReply, openOrigin, type Manner } from './probe/origin.ts'
import { ask, getFrom, proof, type Subject } from './probe/rows.ts'
import { hasHead, open, replyIn, type Line, type Place } from './probe/wire.ts'

describe('forwarded requests', () => {
  let bare: Bare
  let subject: Subject
  before(async () => {
    bare = await openBare()
    subject = { host: bare.host, port: bare.port, credentials: bareCredentials }
  })
  after(async () => await bare[Symbol.asyncDispose]())

  const postTo = ({ host, port }: Place, path: string, ...fields: string[]): string =>
    `POST http://${host}:${port}${path} HTTP/1.1\r\nHost: ${host}\r\n${proof(subject)}${fields.join('\r\n')}\r\n\r\n`
  const getPath = ({ host, port }: Place, path: string, ...fields: string[]): string =>
    `GET http://${host}:${port}${path} HTTP/1.1\r\nHost: ${host}\r\n${proof(subject)}${fields.map((each) => `${each}\r\n`).join('')}\r\n`
  const endsWith = (what: string) => (text: string) => text.endsWith(what)
  /** Answers each head with its own path. */
  const namingPaths: Manner = (socket, text) => {
    if (!hasHead(text)) return
    for (const [, path = ''] of text.matchAll(/^GET (\S+)/gm))
      if (!said.has(`${String(socket.remotePort)} ${path}`)) {
        said.add(`${String(socket.remotePort)} ${path}`)
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
      }
  }
  const said = new Set<string>()
  const exchange = async (line: Line, bytes: string, until: (text: string) => boolean): Promise<string> => {
    const from = line.text().length
    line.send(bytes)
    const ending = await line.listen({ until: (text) => until(text.slice(from)) })
    equal(ending, 'open', `ended with ${line.text().slice(from)}`)
    return line.text().slice(from)
  }

  test('requests of one client connection to one destination share a connection', async () => {
    await using origin = await openOrigin()
    const line = await open(subject)
    for (let n = 0; n < 3; n += 1) await exchange(line, getPath(origin, `/${n}`), endsWith('\r\n\r\nok'))
    equal(origin.connections(), 1)
    line.socket.destroy()
  })

  test('L-80: two client connections, two destinations and two choices of egress never share one', async () => {
    await using origin = await openOrigin()
    await using second = await openOrigin()
    const [one, two] = [await open(subject), await open(subject)]
    await exchange(one, getPath(origin, '/'), endsWith('ok'))
    await exchange(two, getPath(origin, '/'), endsWith('ok'))
    equal(origin.connections(), 2)
    await exchange(two, getPath(second, '/'), endsWith('ok'))
    await exchange(two, getPath(origin, '/'), endsWith('ok'))
    deepEqual([origin.connections(), second.connections()], [3, 1])
    await exchange(one, getPath(origin, '/', 'Sallyport-Egress: a'), endsWith('ok'))
    equal(origin.connections(), 4)
    equal(origin.received().includes('Sallyport-Egress'), false)
    for (const { socket } of [one, two]) socket.destroy()
  })

  test('requests that are sent in one go are answered one after the other, in their order', async () => {
    await using origin = await openOrigin(namingPaths)
    const paths = Array.from({ length: 20 }, (_, n) => `/n${n}.`)
    const line = await open(subject)
    const text = await exchange(line, paths.map((path) => getPath(origin, path)).join(''), endsWith('/n19.'))
    deepEqual(
      [...text.matchAll(/\r\n\r\n(\/n\d+\.)/g)].map(([, path]) => path),
      paths,
    )
    equal(origin.connections(), 1)
    line.socket.destroy()
  })

  test('a body passes, by length and in chunks, and the next request is where it ends', async () => {
    await using origin = await openOrigin((socket, text) => {
      if (/(?:GET \/next.*\r\n\r\n)$/s.test(text)) socket.write(okReply)
      else if (text.endsWith('hello') || text.endsWith('0\r\n\r\n')) socket.write(okReply)
    })
    for (const [fields, body] of [
      [['Content-Length: 5'], 'hello'],
      [['Transfer-Encoding: chunked', 'Trailer: X'], '5;ext\r\nhello\r\n0\r\nX: 1\r\n\r\n'],
    ] as const) {
      const line = await open(subject)
      await exchange(line, postTo(origin, '/', ...fields) + body, endsWith('ok'))
      await exchange(line, getPath(origin, '/next'), endsWith('ok'))
      line.socket.destroy()
    }
    equal(origin.received().includes('X: 1'), false, 'trailers stay here')
    match(origin.received(), /\r\n\r\n5;ext\r\nhello\r\n0\r\n\r\nGET \/next/)
  })

  test('a body that comes byte by byte, with the next request behind it, is the same', async () => {
    await using origin = await openOrigin((socket, text) => {
      if (text.endsWith('0\r\n\r\n') || text.endsWith('pseudo')) socket.write(okReply)
      else if (/GET \/next[^]*\r\n\r\n$/.test(text)) socket.write(okReply)
    })
    const line = await open(subject)
    const bytes = `${postTo(origin, '/', 'Transfer-Encoding: chunked')}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n${getPath(origin, '/next')}`
    for (const byte of bytes) {
      line.send(byte)
      await new Promise(setImmediate)
    }
    await line.listen({ until: (text) => text.split('\r\n\r\nok').length === 3 })
    match(origin.received(), /\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nGET \/next/)
    line.socket.destroy()
  })

  test('100 Continue reaches the client before it sends its body, other interim responses as well', async () => {
    await using origin = await openOrigin((socket, text) => {
      if (text.endsWith('\r\n\r\n'))
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n')
      else socket.write(okReply)
    })
    const line = await open(subject)
    const interim = await exchange(line, postTo(origin, '/', 'Expect: 100-continue', 'Content-Length: 5'), (text) =>
      /100 Continue[^]*\r\n\r\n$/.test(text),
    )
    match(interim, /^HTTP\/1\.1 103 Early Hints\r\nLink: x\r\n/)
    equal(replyIn(await exchange(line, 'hello', endsWith('ok'))).status, 200)
    line.socket.destroy()
  })

  test('an HTTP/1.0 client gets neither interim responses nor chunks, and is closed', async () => {
    const reply =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'
    await using origin = await openOrigin(answering(reply))
    const { host, port } = origin
    const seen = await ask(
      subject,
      `GET http://${host}:${port}/ HTTP/1.0\r\nConnection: keep-alive\r\n${proof(subject)}\r\n`,
    )
    deepEqual([seen.reply.status, seen.reply.rest, seen.ending], [200, 'hello world', 'end'])
    deepEqual([seen.reply.field('transfer-encoding'), seen.reply.field('connection')], [undefined, 'close'])
  })

  test('what has no body has none: HEAD, 204 and 304', async () => {
    const replies: Readonly<Record<string, string>> = {
      '/head': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      '/204': 'HTTP/1.1 204 No Content\r\n\r\n',
      '/304': 'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n',
      '/end': okReply,
    }
    await using origin = await openOrigin((socket, text) => {
      const path = [...text.matchAll(/^\w+ (\/\w+)/gm)].at(-1)?.[1]
      if (text.endsWith('\r\n\r\n')) socket.write(replies[path ?? ''] ?? '')
    })
    const line = await open(subject)
    const head = await exchange(line, getPath(origin, '/head').replace('GET', 'HEAD'), hasHead)
    equal(replyIn(head).field('content-length'), '5')
    equal(replyIn(await exchange(line, getPath(origin, '/204'), hasHead)).field('content-length'), undefined)
    equal(replyIn(await exchange(line, getPath(origin, '/304'), hasHead)).field('content-length'), '7')
    await exchange(line, getPath(origin, '/end'), endsWith('ok'))
    equal(origin.connections(), 1)
    line.socket.destroy()
  })

  test('a body that ends with its connection is whole, and ends the connection of the client', async () => {
    await using origin = await openOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'))
    const seen = await ask(subject, getFrom(subject, origin))
    deepEqual([seen.reply.rest, seen.reply.field('connection'), seen.ending], ['until the end', 'close', 'end'])
  })

  const cutShort: Readonly<Record<string, string>> = {
    'a length': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello',
    'chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    'the last chunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n',
  }
  for (const [what, reply] of Object.entries(cutShort)) {
    test(`a response that is cut short of ${what} reaches the client broken`, async () => {
      await using origin = await openOrigin((socket) => socket.end(reply))
      const seen = await ask(subject, getFrom(subject, origin))
      equal(seen.ending, 'reset')
      equal(seen.text.endsWith('\r\n0\r\n\r\n'), false)
    })
  }

  test('a reset in the middle of a body that ends with its connection reaches the client as one', async () => {
    await using origin = await openOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nunt'))
    const line = await open(subject)
    line.send(getFrom(subject, origin))
    await line.listen({ until: endsWith('unt') })
    origin.sockets[0]?.resetAndDestroy()
    equal(await line.listen(), 'reset')
  })

  const brokenBodies: Readonly<Record<string, string>> = {
    'a chunk that is longer than it says': '5\r\nhello world\r\n0\r\n\r\n',
    'a chunk whose size is none': 'z\r\nhello\r\n',
    'a chunk line with a bare line feed': '5\nhello\r\n0\r\n\r\n',
  }
  for (const [what, body] of Object.entries(brokenBodies)) {
    test(`G-22: a response with ${what} reaches the client broken, never complete`, async () => {
      await using origin = await openOrigin(answering(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`))
      const seen = await ask(subject, getFrom(subject, origin))
      equal(seen.ending, 'reset')
    })
    test(`a request with ${what} is refused, and the destination never gets its end`, async () => {
      await using origin = await openOrigin(() => undefined)
      const seen = await ask(subject, postTo(origin, '/', 'Transfer-Encoding: chunked') + body)
      deepEqual([seen.reply.status, seen.ending], [400, 'end'])
      equal(origin.received().includes('0\r\n\r\n'), false)
    })
  }

  test('P-40: a destination that closes without a word is 502, and is asked once', async () => {
    await using origin = await openOrigin((socket) => socket.end())
    const seen = await ask(subject, postTo(origin, '/', 'Content-Length: 5') + 'hello')
    equal(seen.reply.status, 502)
    match(seen.reply.field('proxy-status') ?? '', /error=connection_terminated/)
    equal(origin.received().split('POST ').length, 2)
    equal(origin.connections(), 1)
  })

  test('P-40: on a connection that is used again as well', async () => {
    await using origin = await openOrigin((socket, text) => {
      if (text.split('GET ').length === 2) socket.write(okReply)
      else socket.destroy()
    })
    const line = await open(subject)
    await exchange(line, getPath(origin, '/'), endsWith('ok'))
    equal(replyIn(await exchange(line, getPath(origin, '/again'), hasHead)).status, 502)
    deepEqual([origin.connections(), origin.received().split('/again').length], [1, 2])
    line.socket.destroy()
  })

  test('a response head that is cut short is 502, http_response_incomplete', async () => {
    await using origin = await openOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'))
    const seen = await ask(subject, getFrom(subject, origin))
    equal(seen.reply.status, 502)
    match(seen.reply.field('proxy-status') ?? '', /error=http_response_incomplete/)
  })

  test('bytes behind a response are never the response to the next request', async () => {
    await using origin = await openOrigin((socket, text) => {
      if (text.includes('/first')) socket.write(`${okReply}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`)
      else socket.write(okReply)
    })
    const line = await open(subject)
    await exchange(line, getPath(origin, '/first'), endsWith('ok'))
    await exchange(line, getPath(origin, '/second'), endsWith('ok'))
    equal(line.text().includes('evil'), false)
    equal(origin.connections(), 2)
    line.socket.destroy()
  })

  test('what a destination says before it is asked drops the connection', async () => {
    await using origin = await openOrigin()
    const line = await open(subject)
    const ended = bare.ended.length
    await exchange(line, getPath(origin, '/'), endsWith('ok'))
    origin.sockets[0]?.write(okReply)
    await bare.haveEnded(ended + 1)
    await exchange(line, getPath(origin, '/'), endsWith('ok'))
    equal(origin.connections(), 2)
    line.socket.destroy()
  })

  test('a response that comes before the body is whole is delivered, and both connections are over', async () => {
    await using origin = await openOrigin((socket) =>
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'),
    )
    const seen = await ask(subject, `${postTo(origin, '/', 'Content-Length: 100000')}beginning`)
    deepEqual(
      [seen.reply.status, seen.reply.rest, seen.reply.field('connection'), seen.ending],
      [413, 'no', 'close', 'end'],
    )
  })

  test('a client that goes away takes its request with it: the destination sees a reset, not an end', async () => {
    await using origin = await openOrigin(() => undefined)
    const ended = bare.ended.length
    const line = await open(subject)
    line.send(`${postTo(origin, '/', 'Content-Length: 100')}half of`)
    await origin.hears((text) => text.endsWith('half of'))
    const [socket] = origin.sockets
    if (socket === undefined) throw new Error('nobody came')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    line.socket.resetAndDestroy()
    await closed
    equal(socket.readableEnded, false)
    await bare.haveEnded(ended + 1)
    deepEqual(bare.ended.at(-1)?.end, { kind: 'broken', side: 'client', code: 'CLOSED' })
  })

  test('a client that ends its half in the middle of its body is refused', async () => {
    await using origin = await openOrigin(() => undefined)
    const seen = await ask(subject, `${postTo(origin, '/', 'Content-Length: 100')}half of`, { half: true })
    deepEqual([seen.reply.status, seen.ending], [400, 'end'])
  })

  test('a client that ends its half behind its requests gets every response', async () => {
    await using origin = await openOrigin(namingPaths)
    const seen = await ask(subject, getPath(origin, '/h1.') + getPath(origin, '/h2.'), { half: true })
    deepEqual(
      [...seen.text.matchAll(/\r\n\r\n(\/h\d\.)/g)].map(([, path]) => path),
      ['/h1.', '/h2.'],
    )
    equal(seen.ending, 'end')
  })

  test('a malformed request is counted, and refused on a connection that has served others', async () => {
    await using origin = await openOrigin()
    const line = await open(subject)
    const refused = bare.refused.length
    await exchange(line, getPath(origin, '/'), endsWith('ok'))
    line.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    equal(await line.listen(), 'end')
    equal(replyIn(line.text().slice(line.text().indexOf('\r\n\r\nok') + 6)).status, 400)
    deepEqual(bare.refused.slice(refused), ['ORIGIN_FORM'])
    line.socket.destroy()
  })

  test('a large body passes both ways, and a reader that stops stops its sender', async () => {
    const size = 30_000_000
    let stopped = true
    await using origin = await openOrigin((socket) => {
      if (stopped) socket.pause()
    })
    const line = await open(subject)
    line.send(postTo(origin, '/', `Content-Length: ${size}`))
    line.socket.write(Buffer.alloc(size, 'x'))
    await origin.hears((text) => text.length > 0)
    const tunnel = bare.tunnels.at(-1)
    // whatever the two kernels and the gateway hold; without back-pressure it would be all of it
    await quiet(() => line.socket.bytesWritten - line.socket.writableLength)
    ok((tunnel?.up ?? size) < size, `${tunnel?.up} bytes were taken`)
    stopped = false
    origin.sockets[0]?.resume()
    await origin.hears((text) => text.length > size)
    origin.sockets[0]?.write(okReply)
    await line.listen({ until: endsWith('ok') })
    line.socket.destroy()
  })
})

/** Resolves once the figure has been the same for some turns. */
async function quiet(figure: () => number): Promise<void> {
  let last = -1
  for (let same = 0; same < 20; same += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (figure() !== last) same = 0
    last = figure()
  }
}
