import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readRequestHead, type ReadRequest } from './request-head.ts'
import { reasonOf } from '../refusal.ts'

const read = (text: string): ReadRequest => readRequestHead(Buffer.from(text, 'latin1'))
/** Lines as they go over the wire. */
const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`
const get = (...fields: string[]): string => lines('GET http://a.example/ HTTP/1.1', 'Host: a.example', ...fields)
const post = (...fields: string[]): string => lines('POST http://a.example/ HTTP/1.1', 'Host: a.example', ...fields)
const connect = (...fields: string[]): string =>
  lines('CONNECT a.example:443 HTTP/1.1', 'Host: a.example:443', ...fields)

/** `400 why`, or what it was taken for. */
function verdict(text: string): string {
  const result = read(text)
  switch (result.kind) {
    case 'more':
      return 'more'
    case 'refused':
      return `${reasonOf(result.refusal).status} ${String(result.refusal.saw.why ?? result.refusal.code)}`
    case 'head':
      return result.head.target.kind
  }
}

describe('head of a request', () => {
  test('a CONNECT is read into its destination', () => {
    const result = read(`${connect('X: 1')}early`)
    if (result.kind !== 'head') throw new Error('not read')
    deepEqual(result.head.target, {
      kind: 'connect',
      destination: { host: { kind: 'name', name: 'a.example' }, port: 443 },
    })
    equal(result.end, connect('X: 1').length)
  })

  test('a target in absolute form is read into destination, Host and path', () => {
    const targets = {
      'http://a.example': ['a.example', '/', 80],
      'http://A.Example:80/x?y': ['a.example', '/x?y', 80],
      'http://a.example:/x': ['a.example', '/x', 80],
      'HTTP://a.example:8080?y=1': ['a.example:8080', '/?y=1', 8080],
      'http://[2001:DB8::1]:81/': ['[2001:db8::1]:81', '/', 81],
      'http://a.example/%2e%2e/@:x': ['a.example', '/%2e%2e/@:x', 80],
    }
    for (const [target, [host, path, port]] of Object.entries(targets)) {
      const result = read(lines(`GET ${target} HTTP/1.1`, 'Host: other.example'))
      if (result.kind !== 'head' || result.head.target.kind !== 'forward') throw new Error(`${target} is not read`)
      const { target: found } = result.head
      deepEqual([found.host, found.path, found.destination.port], [host, path, port], target)
    }
  })

  test('OPTIONS of a URL without a path is of the whole server', () => {
    const result = read(lines('OPTIONS http://a.example HTTP/1.1', 'Host: a.example'))
    equal(result.kind === 'head' && result.head.target.kind === 'forward' && result.head.target.path, '*')
  })

  const refused: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
    'G-03: CONNECT without a port': [lines('CONNECT a.example HTTP/1.1', 'Host: a.example'), /^400 .*no port/],
    'CONNECT with a path': [lines('CONNECT a.example:443/ HTTP/1.1', 'Host: a.example'), /^400 /],
    'CONNECT of a URL': [lines('CONNECT http://a.example:443 HTTP/1.1', 'Host: a.example'), /^400 /],
    'CONNECT with user information': [
      lines('CONNECT u:p@a.example:443 HTTP/1.1', 'Host: a.example'),
      /^400 .*user information/,
    ],
    'P-44: CONNECT with a length': [connect('Content-Length: 0'), /^400 .*CONNECT has no body/],
    'P-44: CONNECT with a coding': [connect('Transfer-Encoding: chunked'), /^400 .*CONNECT has no body/],
    'G-14: origin form': [lines('GET /x HTTP/1.1', 'Host: a.example'), /^400 ORIGIN_FORM/],
    'asterisk form': [lines('OPTIONS * HTTP/1.1', 'Host: a.example'), /^400 ORIGIN_FORM/],
    'an https URL, in words that say CONNECT': [
      lines('GET https://a.example/ HTTP/1.1', 'Host: a.example'),
      /^400 .*CONNECT HOST:443/,
    ],
    'an ftp URL': [lines('GET ftp://a.example/ HTTP/1.1', 'Host: a.example'), /^400 .*http only/],
    'a host and port for GET': [lines('GET a.example:80 HTTP/1.1', 'Host: a.example'), /^400 .*whole URL/],
    'user information': [lines('GET http://u:p@a.example/ HTTP/1.1', 'Host: a.example'), /^400 .*user information/],
    'a fragment': [lines('GET http://a.example/#x HTTP/1.1', 'Host: a.example'), /^400 .*fragment/],
    'no host': [lines('GET http:///x HTTP/1.1', 'Host: a.example'), /^400 /],
    'a host with a NUL': [lines('GET http://a\0.example/ HTTP/1.1', 'Host: a.example'), /^400 /],
    'a target with other than ASCII': [lines('GET http://a.example/\u00fc HTTP/1.1', 'Host: a.example'), /^400 /],
    'HTTP/2.0': [lines('GET http://a.example/ HTTP/2.0', 'Host: a.example'), /^505 /],
    'HTTP/1.2': [lines('GET http://a.example/ HTTP/1.2', 'Host: a.example'), /^505 /],
    'HTTP/0.9': ['GET http://a.example/\r\n\r\n', /^400 .*first line/],
    'a version in lower case': [lines('GET http://a.example/ http/1.1', 'Host: a.example'), /^400 .*first line/],
    'two spaces': [lines('GET  http://a.example/ HTTP/1.1', 'Host: a.example'), /^400 .*first line/],
    'a tab for a space': [lines('GET\thttp://a.example/ HTTP/1.1', 'Host: a.example'), /^400 .*method/],
    'a space behind the version': [lines('GET http://a.example/ HTTP/1.1 ', 'Host: a.example'), /^400 .*first line/],
    'a method with a colon': [lines('GE:T http://a.example/ HTTP/1.1', 'Host: a.example'), /^400 .*method/],
    'two empty lines before it': [`\r\n\r\n${get()}`, /^400 /],
    'a first line with a bare line feed': [
      'GET http://a.example/ HTTP/1.1\nHost: a.example\r\n\r\n',
      /^400 .*line feed/,
    ],
    'a field with a bare line feed': [get('X: a\nY: b'), /^400 .*line feed/],
    'an end of bare line feeds': ['GET http://a.example/ HTTP/1.1\r\nHost: a.example\n\n', /^400 .*line feed/],
    'a bare carriage return in a value': [get('X: a\rY: b'), /^400 .*control character/],
    'a bare carriage return in a name': [get('X\r: a'), /^400 .*name/],
    'a bare carriage return in the first line': [
      lines('GET http://a.example/\rx HTTP/1.1', 'Host: a.example'),
      /^400 /,
    ],
    'a folded line': [get('X: a', ' b'), /^400 .*white space/],
    'white space before the first field': [
      lines('GET http://a.example/ HTTP/1.1', ' X: a', 'Host: a.example'),
      /^400 .*white space/,
    ],
    'white space before a colon': [get('X : a'), /^400 .*before|between/],
    'a tab before a colon': [get('Transfer-Encoding\t: chunked'), /^400 .*between/],
    'a line without a colon': [get('X'), /^400 .*no colon/],
    'a field without a name': [get(': a'), /^400 .*name/],
    'a name with a NUL': [get('X\0: a'), /^400 .*name/],
    'a name with a high byte': [get('X\u00ff: a'), /^400 .*name/],
    'a value with a NUL': [get('X: a\0b'), /^400 .*control/],
    'a value with DEL': [get('X: a\u007fb'), /^400 .*control/],
    'a vertical tab before a value': [post('Transfer-Encoding: \vchunked'), /^400 .*control/],
    'no Host': [lines('GET http://a.example/ HTTP/1.1'), /^400 .*no Host/],
    'two Hosts': [get('Host: a.example'), /^400 .*more than one Host/],
    'a Host that is none': [lines('GET http://a.example/ HTTP/1.1', 'Host: a b'), /^400 .*Host/],
    'a Host with a path': [lines('GET http://a.example/ HTTP/1.1', 'Host: a.example/x'), /^400 .*Host/],
    'TRACE': [lines('TRACE http://a.example/ HTTP/1.1', 'Host: a.example'), /^405 /],
    'G-12: a length and a coding': [post('Content-Length: 3', 'Transfer-Encoding: chunked'), /^400 .*both/],
    'G-12: a coding and a length': [post('Transfer-Encoding: chunked', 'Content-Length: 3'), /^400 .*both/],
    'G-12: a length and an unknown coding': [post('Content-Length: 3', 'Transfer-Encoding: x'), /^400 .*both/],
    'two lengths that differ': [post('Content-Length: 3', 'Content-Length: 4'), /^400 .*more than one/],
    'two lengths that are the same': [post('Content-Length: 3', 'Content-Length: 3'), /^400 .*more than one/],
    'a list of lengths': [post('Content-Length: 3, 3'), /^400 .*not a number/],
    'a length with a sign': [post('Content-Length: +3'), /^400 .*not a number/],
    'a negative length': [post('Content-Length: -3'), /^400 .*not a number/],
    'a length in hexadecimal': [post('Content-Length: 0x3'), /^400 .*not a number/],
    'an empty length': [post('Content-Length:'), /^400 .*not a number/],
    'a length beyond whole numbers': [post('Content-Length: 9999999999999999'), /^400 .*not a number/],
    'a length with an underscore': [post('Content-Length: 1_0'), /^400 .*not a number/],
    'a coding that is none': [post('Transfer-Encoding: xchunked'), /^400 .*not chunked/],
    'an empty coding': [post('Transfer-Encoding:'), /^400 .*not chunked/],
    'identity': [post('Transfer-Encoding: identity'), /^400 .*not chunked/],
    'chunked twice': [post('Transfer-Encoding: chunked, chunked'), /^400 .*not chunked/],
    'chunked twice, over two lines': [
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
      /^400 .*not chunked/,
    ],
    'chunked, and then another': [
      post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'),
      /^400 .*not chunked/,
    ],
    'chunked with quotes': [post('Transfer-Encoding: "chunked"'), /^400 .*not chunked/],
    'chunked with a parameter': [post('Transfer-Encoding: chunked;x=y'), /^400 .*not chunked/],
    'chunked with an empty element': [post('Transfer-Encoding: ,chunked'), /^400 .*not chunked/],
    'a coding before chunked': [post('Transfer-Encoding: gzip, chunked'), /^501 /],
    'a coding from HTTP/1.0': [
      lines('POST http://a.example/ HTTP/1.0', 'Transfer-Encoding: chunked'),
      /^400 .*HTTP\/1\.0/,
    ],
    'G-13: a header of more than 32 KiB': [get(`X: ${'x'.repeat(33_000)}`), /^431 /],
    'a header of more than 32 KiB without an end': [
      `GET http://a.example/ HTTP/1.1\r\nX: ${'x'.repeat(33_000)}`,
      /^431 /,
    ],
    'more than 128 fields': [get(...Array.from({ length: 128 }, (_, n) => `X${n}: 1`)), /^431 /],
    'a first line of more than 8 KiB': [
      lines(`GET http://a.example/${'x'.repeat(9000)} HTTP/1.1`, 'Host: a.example'),
      /^414 /,
    ],
    'a first line of more than 8 KiB without an end': ['x'.repeat(9000), /^414 /],
  }
  for (const [sentence, [text, says]] of Object.entries(refused))
    test(`refuses ${sentence}`, () => match(verdict(text), says))

  const taken: Readonly<Record<string, string>> = {
    'one empty line before it': `\r\n${get()}`,
    'HTTP/1.0 without a Host': lines('GET http://a.example/ HTTP/1.0'),
    'an empty Host': lines('GET http://a.example/ HTTP/1.1', 'Host:'),
    'a false Host': lines('GET http://a.example/ HTTP/1.1', 'Host: b.example:81'),
    'chunked in capitals': post('Transfer-Encoding: CHUNKED'),
    'tabs and spaces around a value': get('X: \t a b \t '),
    'high bytes in a value': get('X: \u00fc'),
    'an empty value': get('X:'),
    'a method of its own': lines('X-Y http://a.example/ HTTP/1.1', 'Host: a.example'),
    '127 fields and Host': get(...Array.from({ length: 127 }, (_, n) => `X${n}: 1`)),
  }
  for (const [sentence, text] of Object.entries(taken)) test(`takes ${sentence}`, () => equal(verdict(text), 'forward'))

  test('a connection persists unless either side of HTTP has said otherwise', () => {
    const persists = (text: string): unknown => {
      const result = read(text)
      return result.kind === 'head' && result.head.persistent
    }
    equal(persists(get()), true)
    equal(persists(get('Connection: Close')), false)
    equal(persists(get('Connection: x', 'Connection: y, close')), false)
    equal(persists(get('Proxy-Connection: close')), false)
    equal(persists(lines('GET http://a.example/ HTTP/1.0', 'Connection: keep-alive')), false)
  })
})

const pieces = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('\r\n', '\n', '\r', ' ', '\t', ':', ',', '\0', '\u00ff', 'x', '0', '\r\n\r\n'),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('GET ', 'CONNECT ', 'http://a.example/', 'a.example:443', ' HTTP/1.1', ' HTTP/1.0'),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom('Host: a', 'Content-Length: 5', 'Transfer-Encoding: chunked', 'Connection: close'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constantFrom('y'.repeat(9000), 'z'.repeat(40_000)) },
  ),
  { maxLength: 24 },
)

describe('head of a request, whatever comes', () => {
  test('garbage never throws, and what is taken has been understood to its last byte', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('')
        const result = read(text)
        if (result.kind !== 'head') return
        const head = text.slice(0, result.end)
        equal(head.endsWith('\r\n\r\n'), true)
        equal(/[^\r]\n|\r[^\n]|\0/.test(head), false)
      }),
      { numRuns: 3000 },
    )
  })

  test('any split of the bytes gives the same result', () => {
    const heads = fc.oneof(
      pieces.map((parts) => parts.join('')),
      fc.constantFrom(
        ...[get('X: 1'), connect(), post('Content-Length: 5', 'Transfer-Encoding: chunked'), `\r\n${get()}`],
      ),
      fc
        .tuple(fc.constantFrom(get('A: b'), connect('C: d'), post('Content-Length: 3')), fc.nat(), pieces)
        .map(
          ([text, at, parts]) =>
            text.slice(0, at % text.length) + parts.slice(0, 2).join('') + text.slice(at % text.length),
        ),
    )
    fc.assert(
      fc.property(heads, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        const bytes = Buffer.from(text, 'latin1')
        const whole = readRequestHead(bytes)
        const ends = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b)
        for (const end of [...ends, bytes.length]) {
          const result = readRequestHead(bytes.subarray(0, end))
          if (result.kind === 'more') continue
          deepEqual(result, whole)
          return
        }
        equal(whole.kind, 'more')
      }),
      { numRuns: 3000 },
    )
  })
})
