import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { followReply, readReply, replyBegins, type HttpReply } from './http-reply.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0))
const read = (...lines: string[]): HttpReply => readReply(bytesOf(lines.join('\r\n')))
/** Status, body, and whether it is whole; or why it cannot be read. */
const seen = (reply: HttpReply): readonly unknown[] | string =>
  reply.kind === 'reply' ? [reply.status, reply.body, reply.whole] : reply.why

describe('a reply of HTTP', () => {
  const replies: Readonly<Record<string, readonly [lines: readonly string[], seen: readonly unknown[] | string]>> = {
    'with a length ends there': [
      ['HTTP/1.1 200 OK', 'Content-Length: 2', '', '{}more'],
      [200, '{}', true],
    ],
    'that is shorter than its length is not whole': [
      ['HTTP/1.1 200 OK', 'Content-Length: 9', '', '{"a":'],
      [200, '{"a":', false],
    ],
    'of no length at all is an empty one': [
      ['HTTP/1.1 503 Busy', 'Content-Length: 0', '', ''],
      [503, '', true],
    ],
    'without a length ends with its connection': [
      ['HTTP/1.1 200 OK', '', '{}'],
      [200, '{}', true],
    ],
    'in chunks is joined': [
      [
        'HTTP/1.1 200 OK',
        'Transfer-Encoding: chunked',
        '',
        '3',
        '{"a',
        'A;ext="x"',
        '":"bcdefg"',
        '1',
        '}',
        '0',
        'Digest: x',
        '',
        '',
      ],
      [200, '{"a":"bcdefg"}', true],
    ],
    'in chunks without the last one is not whole': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', '{}', ''],
      [200, '{}', false],
    ],
    'in chunks that ends within one shows what there is of it': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', '{"', '9', 'abc'],
      [200, '{"abc', false],
    ],
    'in chunks that ends between CR and LF shows the whole chunk': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', '{}\r'],
      [200, '{}', false],
    ],
    'in chunks whose trailer has not ended is not whole': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', '{}', '0', 'Digest: x', ''],
      [200, '{}', false],
    ],
    'in malformed chunks shows what came before': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', '{}', 'zz', 'x', ''],
      [200, '{}', false],
    ],
    'in chunks that are longer than they say shows them as far as they say': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '2', '{}}', '0', '', ''],
      [200, '{}', false],
    ],
    'in chunks and with a length goes by the chunks': [
      ['HTTP/1.1 200 OK', 'Content-Length: 1', 'Transfer-Encoding: chunked', '', '2', '{}', '0', '', ''],
      [200, '{}', true],
    ],
    'whose length is no number ends with its connection': [
      ['HTTP/1.1 200 OK', 'Content-Length: -1', '', '{}'],
      [200, '{}', true],
    ],
    'that says its length twice and the same is read': [
      ['HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 2', '', '{}x'],
      [200, '{}', true],
    ],
    'that says two lengths ends with its connection': [
      ['HTTP/1.1 200 OK', 'Content-Length: 2, 3', '', '{}x'],
      [200, '{}x', true],
    ],
    'behind interim ones is the one': [
      [
        'HTTP/1.1 100 Continue',
        '',
        'HTTP/1.1 103 Early Hints',
        'Link: x',
        '',
        'HTTP/1.1 200 OK',
        'Content-Length: 2',
        '',
        '{}',
      ],
      [200, '{}', true],
    ],
    'of which only an interim one has come is none': [['HTTP/1.1 100 Continue', '', ''], 'it ends within its head'],
    'with 204 has no body': [
      ['HTTP/1.1 204 No Content', 'Content-Length: 2', '', '{}'],
      [204, '', true],
    ],
    'with 101 is final and has no body': [
      ['HTTP/1.1 101 Switching Protocols', '', '{}'],
      [101, '', true],
    ],
    'of HTTP/1.0 is read': [
      ['HTTP/1.0 200 OK', '', '{}'],
      [200, '{}', true],
    ],
    'without a reason is read': [
      ['HTTP/1.1 200', 'Content-Length: 2', '', '{}'],
      [200, '{}', true],
    ],
    'with a line that is no field is read without it': [
      ['HTTP/1.1 200 OK', 'what is this', ': nor this', 'Content-Length : 2', '', '{}x'],
      [200, '{}', true],
    ],
    'in UTF-8 is decoded': [
      ['HTTP/1.1 200 OK', 'Content-Length: 2', '', '\xc3\xbc'],
      [200, 'ü', true],
    ],
    'that is no UTF-8 shows where': [
      ['HTTP/1.1 200 OK', 'Content-Length: 3', '', 'a\xffb'],
      [200, 'a\ufffdb', true],
    ],
    'that is compressed cannot be read': [
      ['HTTP/1.1 200 OK', 'Content-Encoding: gzip', 'Content-Length: 2', '', '{}'],
      'its body is coded as gzip, which was not asked for',
    ],
    'that is compressed for its transfer cannot be read': [
      ['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked', '', '2', '{}', '0', '', ''],
      'its body is coded as gzip, which was not asked for',
    ],
    'that says the identity coding is read': [
      ['HTTP/1.1 200 OK', 'Content-Encoding: identity', 'Content-Length: 2', '', '{}'],
      [200, '{}', true],
    ],
    'that is nothing says so': [[''], 'nothing came'],
    'that ends in its status line is none': [['HTTP/1.1 20'], 'it ends within its head'],
    'that ends in its head is none': [['HTTP/1.1 200 OK', 'Content-Length: 2', ''], 'it ends within its head'],
    'of another protocol is none': [['SSH-2.0-OpenSSH_9.9', ''], 'it is not HTTP/1.1'],
    'of HTTP/2 is none': [['HTTP/2.0 200 OK', '', ''], 'it is not HTTP/1.1'],
    'with a status of two digits is none': [['HTTP/1.1 20 OK', '', ''], 'its head is malformed or too long'],
    'with a head of 40 KiB is none': [
      ['HTTP/1.1 200 OK', `A: ${'a'.repeat(40_960)}`],
      'its head is malformed or too long',
    ],
  }
  for (const [sentence, [lines, expected]] of Object.entries(replies))
    test(sentence, () => deepEqual(seen(read(...lines)), expected))

  test('whose lines end in LF alone is read', () =>
    deepEqual(seen(readReply(bytesOf('HTTP/1.1 400 Bad\nTransfer-Encoding: chunked\n\n2\n{}\n0\n\n'))), [
      400,
      '{}',
      true,
    ]))

  test('shows its fields in lower case and in their order, one character a byte', () => {
    const reply = read('HTTP/1.1 429 Slow', 'Retry-After:  7 ', 'X-\xfc: no', 'x-a: \xfc', '', '')
    deepEqual(reply.kind === 'reply' && reply.fields, [
      { name: 'retry-after', value: '7' },
      { name: 'x-a', value: 'ü' },
    ])
  })
})

const body = fc.string({ unit: 'grapheme', maxLength: 60 })
const hex = (n: number): string => n.toString(16)
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')
/** A reply in one of the framings that say where it ends. */
const framed = fc
  .record({ status: fc.integer({ min: 200, max: 599 }), body, cuts: fc.array(fc.nat(60)), chunked: fc.boolean() })
  .map(({ status, body: text, cuts, chunked }) => {
    const raw = utf8(text)
    const places = [0, ...cuts.map((cut) => Math.min(cut, raw.length)).toSorted((a, b) => a - b), raw.length]
    const pieces = places.slice(1).map((to, at) => raw.slice(places[at], to))
    const chunks = pieces.filter((piece) => piece !== '').map((piece) => `${hex(piece.length)}\r\n${piece}\r\n`)
    const head = `HTTP/1.1 ${status} x\r\n${chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${raw.length}`}\r\n\r\n`
    const bodyless = status === 204 || status === 304
    return {
      status,
      text: bodyless ? '' : text,
      bytes: bytesOf(head + (chunked ? `${chunks.join('')}0\r\n\r\n` : raw)),
    }
  })

/** Texts that come near to a reply. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'HTTP/1.1 200 OK',
        '\r\n',
        '\n',
        '\r',
        'Content-Length: 3',
        'Transfer-Encoding: chunked',
        '3\r\nabc\r\n',
        '0\r\n\r\n',
        'ffffffff\r\n',
        ':',
        '100',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }).map((text) => Buffer.from(text).toString('latin1')),
    ),
    { maxLength: 30 },
  )
  .map((parts) => bytesOf(parts.join('')))

describe('any bytes', () => {
  test('give a reply or a reason, and never an exception', () => {
    const total = (bytes: Uint8Array): void => {
      const reply = readReply(bytes)
      equal(reply.kind === 'reply' || (reply.kind === 'unreadable' && reply.why !== ''), true)
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), total))
    fc.assert(fc.property(nearly, total), { numRuns: 1000 })
  })

  test('of a framed reply are read as that reply, and whatever follows changes nothing', () => {
    fc.assert(
      fc.property(framed, fc.uint8Array({ maxLength: 20 }), ({ status, text, bytes }, more) => {
        const decoded = new TextDecoder().decode(Buffer.from(text))
        deepEqual(seen(readReply(bytes)), [status, decoded, true])
        if (status !== 204 && status !== 304)
          deepEqual(seen(readReply(Buffer.concat([bytes, more]))), [status, decoded, true])
      }),
    )
  })

  test('of a framed reply that is cut anywhere are never taken for a whole one', () => {
    fc.assert(
      fc.property(framed, ({ status, bytes }) => {
        if (status === 204 || status === 304) return
        for (let end = 0; end < bytes.length; end += 1) {
          const reply = readReply(bytes.subarray(0, end))
          equal(reply.kind === 'reply' && reply.whole, false, `${end} of ${bytes.length}`)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('are followed to the same place in any pieces', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          framed.map(({ bytes }) => bytes),
          nearly,
        ),
        fc.array(fc.nat(200)),
        (bytes, cuts) => {
          const ends = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]
          let place = replyBegins
          for (const end of ends) place = followReply(bytes.subarray(0, end), place)
          deepEqual(place, followReply(bytes, replyBegins))
        },
      ),
      { numRuns: 500 },
    )
  })
})
