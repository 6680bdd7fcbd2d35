import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readResponseHead, type ReadResponse } from './response-head.ts'

const read = (text: string, method = 'GET'): ReadResponse => readResponseHead(Buffer.from(text, 'latin1'), method)
const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`
const head = (text: string, method = 'GET') => {
  const result = read(text, method)
  if (result.kind !== 'final' && result.kind !== 'interim') throw new Error(result.kind)
  return result.head
}

describe('head of a response', () => {
  const framed: Readonly<Record<string, readonly [text: string, method: string, body: unknown, persistent: boolean]>> =
    {
      'a length': [lines('HTTP/1.1 200 OK', 'Content-Length: 5'), 'GET', { kind: 'length', length: 5 }, true],
      'chunks': [lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'), 'GET', { kind: 'chunked' }, true],
      'neither': [lines('HTTP/1.1 200 OK'), 'GET', { kind: 'until-close' }, false],
      'the answer to HEAD': [lines('HTTP/1.1 200 OK', 'Content-Length: 5'), 'HEAD', { kind: 'none' }, true],
      '204': [lines('HTTP/1.1 204 No Content'), 'GET', { kind: 'none' }, true],
      '304': [lines('HTTP/1.1 304 Not Modified', 'Content-Length: 5'), 'GET', { kind: 'none' }, true],
      'Connection: close': [
        lines('HTTP/1.1 200 OK', 'Content-Length: 5', 'Connection: close'),
        'GET',
        { kind: 'length', length: 5 },
        false,
      ],
      'HTTP/1.0': [lines('HTTP/1.0 200 OK', 'Content-Length: 5'), 'GET', { kind: 'length', length: 5 }, false],
      'HTTP/1.0 that persists': [
        lines('HTTP/1.0 200 OK', 'Content-Length: 5', 'Connection: keep-alive'),
        'GET',
        { kind: 'length', length: 5 },
        true,
      ],
      'no reason': [lines('HTTP/1.1 200 ', 'Content-Length: 0'), 'GET', { kind: 'length', length: 0 }, true],
      'not even the space before it': [
        lines('HTTP/1.1 200', 'Content-Length: 0'),
        'GET',
        { kind: 'length', length: 0 },
        true,
      ],
    }
  for (const [sentence, [text, method, body, persistent]] of Object.entries(framed)) {
    test(`knows where the body ends with ${sentence}`, () => {
      deepEqual([head(text, method).body, head(text, method).persistent], [body, persistent])
    })
  }

  test('a length without its body is kept for HEAD and 304, and for nothing else', () => {
    equal(head(lines('HTTP/1.1 200 OK', 'Content-Length: 5'), 'HEAD').lengthOnly, 5)
    equal(head(lines('HTTP/1.1 304 Not Modified', 'Content-Length: 5')).lengthOnly, 5)
    equal(head(lines('HTTP/1.1 204 No Content', 'Content-Length: 0')).lengthOnly, undefined)
    equal(head(lines('HTTP/1.1 200 OK', 'Content-Length: 5')).lengthOnly, undefined)
  })

  test('an interim response has its final one behind it', () => {
    const interim = lines('HTTP/1.1 100 Continue')
    const result = read(interim + lines('HTTP/1.1 200 OK', 'Content-Length: 0'))
    deepEqual([result.kind, 'end' in result && result.end], ['interim', interim.length])
  })

  const malformed: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
    'an empty line before it': [`\r\n${lines('HTTP/1.1 200 OK')}`, /status line/],
    'another version': [lines('HTTP/1.2 200 OK'), /status line/],
    'a status below 100': [lines('HTTP/1.1 099 X'), /status line/],
    'a status of four digits': [lines('HTTP/1.1 2000 X'), /status line/],
    'a NUL in the reason': [lines('HTTP/1.1 200 O\0K'), /status line/],
    'a carriage return in the reason': [lines('HTTP/1.1 200 O\rK'), /status line/],
    'two lengths that are the same': [
      lines('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 5'),
      /more than one/,
    ],
    'a coding before chunked': [lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked'), /unknown/],
    'chunks from HTTP/1.0': [lines('HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'), /HTTP\/1\.0/],
    'a length and a coding with 204': [
      lines('HTTP/1.1 204 X', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      /both/,
    ],
    'a switch of protocols': [lines('HTTP/1.1 101 X', 'Upgrade: y'), /nobody asked/],
    '407, which is the gateway’s to say': [
      lines('HTTP/1.1 407 X', 'Proxy-Authenticate: Basic'),
      /credentials of a proxy/,
    ],
    'more than 64 KiB': [lines('HTTP/1.1 200 OK', `X: ${'x'.repeat(66_000)}`), /larger/],
    'more than 256 fields': [
      lines('HTTP/1.1 200 OK', ...Array.from({ length: 257 }, (_, n) => `X${n}: 1`)),
      /256 fields/,
    ],
  }
  for (const [sentence, [text, says]] of Object.entries(malformed)) {
    test(`refuses ${sentence}`, () => {
      const result = read(text)
      match(result.kind === 'fault' ? result.why : result.kind, says)
    })
  }

  test('garbage never throws, and any split of the bytes gives the same result', () => {
    const parts = fc.constantFrom(
      'HTTP/1.1 ',
      '200 OK',
      '204',
      '\r\n',
      '\n',
      '\r',
      ' ',
      ':',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      '\0',
      'x',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 16 }), fc.nat(), (all, at) => {
        const text = all.join('')
        const early = read(text.slice(0, at % (text.length + 1)))
        if (early.kind !== 'more') deepEqual(early, read(text))
      }),
      { numRuns: 2000 },
    )
  })
})
