import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findStringField, ReplyReader } from './reply-reader.ts'

const replies = {
  'a reply with a length': [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello',
    { status: 200, body: 'hello' },
  ],
  'a length in small letters': ['HTTP/1.1 400 Bad\r\ncontent-length:2\r\n\r\nno', { status: 400, body: 'no' }],
  'an empty body': ['HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', { status: 503, body: '' }],
  'a chunked reply': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, 10 bytes\r\n0\r\n\r\n',
    { status: 200, body: 'hello, 10 bytes' },
  ],
} as const

describe('reading replies', () => {
  for (const [what, [text, reply]] of Object.entries(replies)) {
    test(`${what} is read whole`, () => deepEqual(new ReplyReader().read(text), reply))

    test(`${what} is read wherever it is cut`, () => {
      for (let cut = 1; cut < text.length; cut += 1) {
        const reader = new ReplyReader()
        equal(reader.read(text.slice(0, cut)), undefined, `cut at ${cut}`)
        deepEqual(reader.read(text.slice(cut)), reply, `cut at ${cut}`)
      }
    })

    test(`${what} is followed by the next`, () => {
      const reader = new ReplyReader()
      reader.read(text)
      deepEqual(reader.read(text), reply)
    })

    test(`${what} with bytes behind it throws`, () =>
      throws(() => new ReplyReader().read(`${text}!`), /1 bytes beyond/))
  }

  test('a reply that says no length throws', () =>
    throws(() => new ReplyReader().read('HTTP/1.1 200 OK\r\n\r\nhello'), /without a length/))
})

describe('finding a member', () => {
  const found = {
    '{"a":"1","refresh_token":"t.1"}': 't.1',
    '{ "refresh_token" : "t.2" }': 't.2',
    '{"access_token":"t.3"}': undefined,
    '{"refresh_token":"a\\u0041"}': undefined,
  }
  for (const [json, value] of Object.entries(found))
    test(`in ${json} it is ${value}`, () => equal(findStringField(json, 'refresh_token'), value))
})
