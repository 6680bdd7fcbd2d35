import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { maxForwards, writeRequestHead, writeResponseHead } from './fields.ts'
import { readRequestHead, type RequestHead } from './request-head.ts'
import { readResponseHead } from './response-head.ts'

function request(...all: string[]): RequestHead {
  const read = readRequestHead(Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1'))
  if (read.kind !== 'head') throw new Error(JSON.stringify(read))
  return read.head
}

function handedOn(...all: string[]): string[] {
  const head = request(...all)
  if (head.target.kind !== 'forward') throw new Error('not forwarded')
  const text = writeRequestHead(head, head.target, 'sallyport-1')
  equal(text.endsWith('\r\n\r\n'), true)
  return text.slice(0, -4).split('\r\n')
}

const get = ['GET http://a.example/x HTTP/1.1', 'Host: false.example'] as const

describe('fields that are handed on', () => {
  test('the target in origin form, the Host of the target, Via last', () => {
    deepEqual(handedOn(...get, 'Accept: */*'), [
      'GET /x HTTP/1.1',
      'Host: a.example',
      'Accept: */*',
      'Via: 1.1 sallyport-1',
    ])
  })

  const dropped: readonly string[] = [
    ...['Connection: x', 'Proxy-Connection: x', 'Keep-Alive: x', 'TE: trailers', 'Trailer: X', 'Upgrade: websocket'],
    ...['Proxy-Authorization: Basic x', 'Proxy-Authenticate: Basic', 'HTTP2-Settings: x', 'Sallyport-Egress: a'],
  ]
  for (const field of dropped) test(`${field} stays here`, () => equal(handedOn(...get, field.toLowerCase()).length, 3))

  test('G-06: what Connection names stays here, over several lines and in any spelling', () => {
    deepEqual(
      handedOn(...get, 'Connection: close, X-A', 'X-a: 1', 'connection: x-B', 'X-B: 2', 'X-C: 3').slice(2, -1),
      ['X-C: 3'],
    )
  })

  test('Connection cannot take away the Host, the length or the Via of what is handed on', () => {
    const sent = handedOn(
      'POST http://a.example/x HTTP/1.1',
      'Host: a',
      'Connection: host, content-length, via',
      'Content-Length: 3',
    )
    deepEqual(sent, ['POST /x HTTP/1.1', 'Host: a.example', 'Via: 1.1 sallyport-1', 'Content-Length: 3'])
  })

  test('a length is written once, as it was understood', () => {
    deepEqual(handedOn('POST http://a.example/x HTTP/1.1', 'Host: a', 'content-length: 003').slice(2), [
      'Via: 1.1 sallyport-1',
      'Content-Length: 3',
    ])
  })

  test('chunks are chunks', () => {
    equal(
      handedOn('POST http://a.example/x HTTP/1.1', 'Host: a', 'transfer-encoding:  Chunked').at(-1),
      'Transfer-Encoding: chunked',
    )
  })

  test('a Via that was there stays, before ours, which tells the version that came', () => {
    deepEqual(handedOn('GET http://a.example/x HTTP/1.0', 'Via: 1.1 other').slice(2), [
      'Via: 1.1 other',
      'Via: 1.0 sallyport-1',
    ])
  })

  test('Expect is passed on from HTTP/1.1, and not from HTTP/1.0', () => {
    equal(handedOn(...get, 'Expect: 100-continue').includes('Expect: 100-continue'), true)
    equal(handedOn('GET http://a.example/x HTTP/1.0', 'Expect: 100-continue').includes('Expect: 100-continue'), false)
  })

  test('Max-Forwards of OPTIONS is one less, and of nothing else', () => {
    const options = ['OPTIONS http://a.example HTTP/1.1', 'Host: a', 'Max-Forwards: 3']
    deepEqual(handedOn(...options).slice(2), ['Max-Forwards: 2', 'Via: 1.1 sallyport-1'])
    equal(handedOn(...get, 'Max-Forwards: 3').includes('Max-Forwards: 3'), true)
    equal(maxForwards(request('OPTIONS http://a.example HTTP/1.1', 'Host: a', 'Max-Forwards: x')), undefined)
  })

  test('L-67: over any set of fields, nothing between neighbours and no credential goes on', () => {
    const name = fc.constantFrom(
      'Connection',
      'Proxy-Connection',
      'proxy-authorization',
      'TE',
      'X-A',
      'X-B',
      'Upgrade',
      'Cookie',
      'Via',
    )
    const value = fc.constantFrom('x-a', 'X-B, close', 'keep-alive', 'secret', 'cookie', '')
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 12 }), (fields) => {
        const sent = handedOn(...get, ...fields.map(([key, text]) => `${key}: ${text}`))
        const named = fields
          .filter(([key]) => key === 'Connection')
          .flatMap(([, text]) => text.toLowerCase().split(/, ?/))
        const keys = sent.slice(2, -1).map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
        for (const key of keys) {
          equal(named.includes(key), false)
          equal(/^(connection|proxy-|te$|upgrade)/.test(key), false)
        }
      }),
    )
  })
})

describe('fields of a response', () => {
  const answered = (lines: readonly string[], persistent = true): string[] => {
    const read = readResponseHead(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), 'GET')
    if (read.kind !== 'final') throw new Error(read.kind)
    const text = writeResponseHead(read.head, { pseudonym: 'sallyport-1', persistent, body: read.head.body })
    return text.slice(0, -4).split('\r\n')
  }

  test('P-40: a destination cannot have its answer taken for a refusal of the gateway, and other proxies keep their word', () => {
    const said = 'error=connection_refused; details="CONNECTION_REFUSED"'
    for (const ours of [`sallyport; ${said}`, `"sallyport"; ${said}`, `cdn, SALLYPORT;${said}`])
      equal(
        answered(['HTTP/1.1 502 Bad Gateway', `proxy-status: ${ours}`]).some((line) => /^proxy-status/i.test(line)),
        false,
        ours,
      )
    const theirs = `Proxy-Status: cdn.example; ${said}`
    equal(answered(['HTTP/1.1 502 Bad Gateway', theirs]).includes(theirs), true)
  })

  test('what is between neighbours, and what only the gateway may say, stays here', () => {
    const fields = [
      'Connection: X-A',
      'X-A: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Authenticate: Basic',
      'Sallyport-Egress: z',
      'X-B: 2',
    ]
    deepEqual(answered(['HTTP/1.1 200 OK', ...fields, 'Content-Length: 2']), [
      'HTTP/1.1 200 OK',
      'X-B: 2',
      'Via: 1.1 sallyport-1',
      'Content-Length: 2',
    ])
  })

  test('says close where the connection is closed', () => {
    deepEqual(answered(['HTTP/1.0 200 OK'], false), ['HTTP/1.1 200 OK', 'Via: 1.0 sallyport-1', 'Connection: close'])
  })
})
