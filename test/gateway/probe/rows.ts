/** The conformance rows G-nn as probes: one function a row, which does what the row says to any proxy and returns what was seen. */
import { once } from 'node:events'
import { closedPort, openBlackHole, openOrigin } from './origin.ts'
import { hasHead, open, replyIn, talk, type HttpReply, type Place, type Talk } from './wire.ts'

export type Subject = Place & {
  /** Undefined where the proxy asks for none. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
}

/** Status, how the connection ended, and what the row is about. */
export type Seen = {
  readonly reply: HttpReply
  readonly ending: Talk['ending']
  readonly ms: number
  readonly text: string
}

const basic = ({ user, password }: { user: string; password: string }): string =>
  `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`
export const proof = ({ credentials }: Subject): string => (credentials === undefined ? '' : basic(credentials))

export const connectTo = (subject: Subject, authority: string, more = ''): string =>
  `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${proof(subject)}${more}\r\n`
export const getFrom = (subject: Subject, { host, port }: Place, more = ''): string =>
  `GET http://${host}:${port}/path?q=1 HTTP/1.1\r\nHost: ${host}:${port}\r\n${proof(subject)}${more}\r\n`

const seen = ({ text, ending, ms }: Talk): Seen => ({ reply: replyIn(text), ending, ms, text })
export const ask = async (subject: Subject, bytes: string, options: Parameters<typeof talk>[2] = {}): Promise<Seen> =>
  seen(await talk(subject, bytes, options))

export async function g01(subject: Subject): Promise<Seen> {
  return await ask(subject, connectTo(subject, `127.0.0.1:${await closedPort()}`))
}

export async function g02(subject: Subject): Promise<Seen> {
  return await ask(subject, connectTo(subject, 'no-such-name.invalid:443'))
}

export async function g03(subject: Subject): Promise<Seen> {
  return await ask(subject, connectTo(subject, '127.0.0.1'))
}

/** A rejected CONNECT with a request behind it, rejected once by its destination and once for its credentials. */
export async function g04(subject: Subject): Promise<{ readonly cases: readonly Seen[]; readonly served: number }> {
  await using origin = await openOrigin()
  const behind = getFrom(subject, origin)
  const unreachable = connectTo(subject, `127.0.0.1:${await closedPort()}`)
  const unproved = 'CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: 127.0.0.1:443\r\n\r\n'
  const cases = [await ask(subject, unreachable + behind), await ask(subject, unproved + behind)]
  return { cases, served: origin.connections() }
}

/** The client ends its half, the destination then answers with a megabyte. */
export async function g05(subject: Subject): Promise<Seen & { readonly delivered: number; readonly of: number }> {
  const answer = Buffer.alloc(1_000_000, 'a')
  await using origin = await openOrigin(
    () => undefined,
    (socket) => socket.end(answer),
  )
  const line = await open(subject)
  line.send(connectTo(subject, `${origin.host}:${origin.port}`))
  await line.listen({ until: hasHead })
  line.socket.end('that is all')
  const from = performance.now()
  const ending = await line.listen()
  line.socket.destroy()
  const { text } = { text: line.text() }
  const reply = replyIn(text)
  return {
    reply,
    ending,
    ms: performance.now() - from,
    text: reply.head,
    delivered: reply.rest.length,
    of: answer.length,
  }
}

/** A plain request with every field that must not, or must, change on its way; what the origin saw of it. */
export async function g06to11(subject: Subject): Promise<Seen & { readonly atOrigin: HttpReply }> {
  await using origin = await openOrigin()
  const { host, port } = origin
  const fields = [
    'Connection: keep-alive, X-Only-For-The-Proxy',
    'X-Only-For-The-Proxy: 1',
    'Proxy-Connection: keep-alive',
    'Keep-Alive: timeout=5',
    'TE: trailers',
    'X-End-To-End: 1',
    // without credentials of its own, some: they are nobody else's business either way
    ...(subject.credentials === undefined ? [basic({ user: 'some', password: 'body' }).trim()] : []),
  ]
  const head = `GET http://${host}:${port}/path?q=1 HTTP/1.1\r\nHost: false.example\r\n${proof(subject)}`
  const reply = await ask(subject, `${head}${fields.join('\r\n')}\r\n\r\n`, {
    until: (text) => text.endsWith('\r\n\r\nok'),
  })
  return { ...reply, atOrigin: replyIn(origin.received()) }
}

/** What can be taken for one request or for two. */
export async function g12(subject: Subject): Promise<Seen & { readonly served: number }> {
  await using origin = await openOrigin()
  const { host, port } = origin
  const head = `POST http://${host}:${port}/ HTTP/1.1\r\nHost: ${host}:${port}\r\n${proof(subject)}`
  const body = '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
  const framing = `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n\r\n`
  const reply = await ask(subject, head + framing + body, { patience: 3000 })
  return { ...reply, served: origin.connections() }
}

export async function g13(subject: Subject): Promise<Seen> {
  await using origin = await openOrigin()
  return await ask(subject, getFrom(subject, origin, `X-Large: ${'x'.repeat(100_000)}\r\n`), { patience: 5000 })
}

export async function g14(subject: Subject): Promise<Seen> {
  const request = `GET /path HTTP/1.1\r\nHost: ${subject.host}:${subject.port}\r\n${proof(subject)}\r\n`
  return await ask(subject, request, { patience: 3000 })
}

export async function g15(subject: Subject): Promise<Seen & { readonly served: number }> {
  await using origin = await openOrigin()
  const reply = await ask(subject, connectTo(subject, `127.0.0.1:${origin.port}`), { patience: 2000 })
  return { ...reply, served: origin.connections() }
}

export async function g16(
  subject: Subject,
): Promise<Readonly<Record<'missing' | 'wrong' | 'digest' | 'garbage', Seen>>> {
  const without = { ...subject, credentials: undefined }
  const said = async (field: string): Promise<Seen> => await ask(subject, connectTo(without, '127.0.0.1:443', field))
  const [missing, wrong, digest, garbage] = await Promise.all([
    said(''),
    said(basic({ user: subject.credentials?.user ?? 'app', password: 'another' })),
    said('Proxy-Authorization: Digest username="app", realm="r", nonce="n", uri="/", response="r"\r\n'),
    said('Proxy-Authorization: Basic ====\r\n'),
  ])
  return { missing, wrong, digest, garbage }
}

export async function g17(subject: Subject): Promise<Seen> {
  await using origin = await openOrigin()
  return await ask(subject, connectTo(subject, `${origin.host}:${origin.port}`), { until: hasHead })
}

export async function g18(subject: Subject, patience = 60_000): Promise<Seen> {
  await using hole = await openBlackHole()
  return await ask(subject, connectTo(subject, `${hole.host}:${hole.port}`), { patience })
}

/** One byte each `every` milliseconds, and never the end of the header. */
export async function g19(subject: Subject, every: number, patience = 60_000): Promise<Seen> {
  return await ask(subject, `GET http://127.0.0.1/ HTTP/1.1\r\nX-Slow: ${'x'.repeat(30_000)}`, {
    drip: every,
    patience,
  })
}

/** A CONNECT inside a tunnel, and one more once the destination has ended it. */
export async function g20(
  subject: Subject,
): Promise<{ readonly inside: string; readonly after: string; readonly served: number }> {
  await using second = await openOrigin()
  await using origin = await openOrigin((socket, text) => {
    if (hasHead(text)) socket.end('bye')
  })
  const another = connectTo(subject, `${second.host}:${second.port}`)
  const line = await open(subject)
  line.send(connectTo(subject, `${origin.host}:${origin.port}`))
  await line.listen({ until: hasHead })
  line.send(another)
  await line.listen()
  const inside = origin.received()
  const before = line.text().length
  if (line.socket.writable) line.send(another)
  line.socket.end()
  if (!line.socket.closed) await once(line.socket, 'close')
  return {
    inside: inside === another ? 'verbatim' : inside,
    after: line.text().slice(before),
    served: second.connections(),
  }
}

/** What an origin may answer that is no HTTP, and what the client saw of it. */
export const malformedResponses: Readonly<Record<string, string>> = {
  'no status line': 'nonsense\r\n\r\n',
  'a status of two digits': 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n',
  'another protocol': 'RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
  'HTTP/2.0 in words': 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
  'bare line feeds': 'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
  'a bare carriage return': 'HTTP/1.1 200 OK\r\nX: a\rContent-Length: 0\r\n\r\n',
  'white space before a colon': 'HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n',
  'a folded line': 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n',
  'a field without a colon': 'HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n',
  'a NUL in a value': 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello',
  'a length that is no number': 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello',
  'length and chunks': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'an unknown coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
  'a switch of protocols': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  'a header without an end': `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`,
}

export async function g22(subject: Subject, response: string): Promise<Seen> {
  await using origin = await openOrigin((socket, text) => {
    if (hasHead(text)) socket.write(Buffer.from(response, 'latin1'))
  })
  return await ask(subject, getFrom(subject, origin), { patience: 3000 })
}
