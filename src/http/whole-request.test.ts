import { equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { readWholeRequest } from './whole-request.ts'

const line = 'POST /token HTTP/1.1\r\n'
const plain = ['Host: x', 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 3']
const request = (fields: readonly string[], body = 'a=1'): string => `${line}${fields.join('\r\n')}\r\n\r\n${body}`
const read = (bytes: string): ReturnType<typeof readWholeRequest> =>
  readWholeRequest(Buffer.from(bytes, 'latin1'), line)

describe('a whole request', () => {
  test('is read with the fields that an answer looks at', () => {
    const whole = read(request([...plain, 'Accept: a, b', 'User-Agent: c', 'X-Other: d', 'X-Forwarded-For: 1.2.3.4']))
    equal(whole?.body, 'a=1')
    equal(whole?.headers.accept, 'a, b')
    equal(whole?.headers['x-forwarded-for'], '1.2.3.4')
    equal('x-other' in (whole?.headers ?? {}), false)
  })

  const notPlain: Readonly<Record<string, string>> = {
    'another request line': request(plain).replace('/token', '/tokens'),
    'HTTP/1.0': request(plain).replace('HTTP/1.1', 'HTTP/1.0'),
    'a head that is not whole': request(plain).slice(0, -5),
    'a body that is not whole': request(plain).slice(0, -1),
    'a byte behind the body': `${request(plain)}b`,
    'a second request behind it': request(plain) + request(plain),
    'no host': request(plain.slice(1)),
    'an empty host': request(['Host:', ...plain.slice(1)]),
    'two hosts': request(['Host: y', ...plain]),
    'no length': request(plain.slice(0, 2)),
    'two lengths': request([...plain, 'Content-Length: 3']),
    'a length with a sign': request([...plain.slice(0, 2), 'Content-Length: +3']),
    'a length in hexadecimal': request([...plain.slice(0, 2), 'Content-Length: 0x3']),
    'a length with a zero before it': request([...plain.slice(0, 2), 'Content-Length: 03']),
    'no body': request([...plain.slice(0, 2), 'Content-Length: 0'], ''),
    'chunks': request([...plain, 'Transfer-Encoding: chunked']),
    'a length and chunks under a name with a space': request([...plain, 'Transfer-Encoding : chunked']),
    'a folded field': request([...plain, 'X-Other: a', ' b']),
    'a field without a name': request([...plain, ': a']),
    'a line without a colon': request([...plain, 'nothing']),
    'a name with an underscore': request([...plain, 'Content_Length: 9']),
    'a name that every object has': request([...plain, '__proto__: 9']),
    'a carriage return alone': request([...plain, 'X-Other: a\rContent-Length: 9']),
    'a line feed alone': request([...plain, 'X-Other: a\nContent-Length: 9']),
    'a tab': request([...plain, 'X-Other: a\tb']),
    'a zero byte': request([...plain, 'X-Other: a\0']),
    'bytes beyond ASCII in a field': request([...plain, 'User-Agent: \xe9']),
    'bytes beyond ASCII in the body': request(plain, 'a=\xe9'),
    'Expect': request([...plain, 'Expect: 100-continue']),
    'Upgrade': request([...plain, 'Upgrade: h2c']),
    'a connection that is to end': request([...plain, 'Connection: close']),
    'Authorization twice': request([...plain, 'Authorization: a', 'authorization: b']),
  }
  for (const [what, bytes] of Object.entries(notPlain))
    test(`with ${what} is left to node:http`, () => equal(read(bytes), undefined))
})

type Seen = { readonly headers: Readonly<Record<string, unknown>>; readonly body: string }

/** What node:http makes of the same bytes; undefined where it refuses them, or sees more than one request in them. */
async function seenByNode(bytes: string): Promise<Seen | undefined> {
  const seen: Seen[] = []
  const server = createServer((message, response) => {
    let body = ''
    message.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    message.on('end', () => {
      seen.push({ headers: message.headers, body })
      response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  socket.on('error', () => undefined)
  const answered = once(socket, 'data').catch(() => undefined)
  socket.write(bytes, 'latin1')
  await answered
  socket.destroy()
  server.closeAllConnections()
  server.close()
  return seen.length === 1 ? seen[0] : undefined
}

test('what is read is what node:http reads of the same bytes, whatever single byte is changed in them', async () => {
  const start = request([...plain, 'Accept: */*', 'Connection: keep-alive'])
  let same = 0
  for (let at = 0; at < start.length; at += 1)
    for (const byte of [' ', ':', '\r', '\n', '0', 'a']) {
      const bytes = start.slice(0, at) + byte + start.slice(at + 1)
      const ours = read(bytes)
      if (ours === undefined || (at % 3 !== 0 && byte !== ':')) continue // the long way is always right
      const theirs = await seenByNode(bytes)
      ok(theirs, `node:http refuses ${JSON.stringify(bytes)}`)
      for (const [name, value] of Object.entries(ours.headers))
        equal(value, theirs.headers[name], JSON.stringify(bytes))
      equal(ours.body, theirs.body)
      same += 1
    }
  ok(same > 50, `only ${same} were compared`)
})
