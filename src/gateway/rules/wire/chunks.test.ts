import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { chunkReader, noTrailers, readChunks } from './chunks.ts'

/** What goes on, what the body was, and what is left, when the bytes come in these pieces. */
function pass(...pieces: string[]): { passed: string; data: string; behind: string; outcome: string } {
  const reader = chunkReader()
  const data: Buffer[] = []
  let passed = ''
  for (const [at, piece] of pieces.entries()) {
    const bytes = Buffer.from(piece, 'latin1')
    const step = readChunks(reader, bytes, data)
    const told = { passed, data: Buffer.concat(data).toString('latin1') }
    if (step.kind === 'fault') return { ...told, behind: '', outcome: step.why }
    passed += bytes.toString('latin1', 0, step.passed)
    if (step.ended) {
      const behind = bytes.toString('latin1', step.read) + pieces.slice(at + 1).join('')
      return { passed: passed + noTrailers, data: Buffer.concat(data).toString('latin1'), behind, outcome: 'ended' }
    }
  }
  return { passed, data: Buffer.concat(data).toString('latin1'), behind: '', outcome: 'more' }
}

describe('chunked body', () => {
  test('passes as it is, and ends where it ends', () => {
    deepEqual(pass('5\r\nhello\r\n0\r\n\r\nGET'), {
      passed: '5\r\nhello\r\n0\r\n\r\n',
      data: 'hello',
      behind: 'GET',
      outcome: 'ended',
    })
  })

  test('trailers are read and dropped', () => {
    deepEqual(pass('0\r\nX: 1\r\nAuthorization: x\r\n\r\nGET'), {
      passed: '0\r\n\r\n',
      data: '',
      behind: 'GET',
      outcome: 'ended',
    })
  })

  test('extensions pass', () => equal(pass('5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n').outcome, 'ended'))

  const broken: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
    'no size': ['\r\n', /size/],
    'a size that is no number': ['x\r\n', /size/],
    'a size with a sign': ['+5\r\nhello', /size/],
    'a size with 0x': ['0x5\r\nhello', /size/],
    'a size after a space': [' 5\r\nhello', /size/],
    'a size before a space': ['5 \r\nhello', /size/],
    'a size beyond whole numbers': ['ffffffffffffff\r\n', /size/],
    'a size that goes on for ever': ['0'.repeat(600), /too long/],
    'a bare line feed behind the size': ['5\nhello\r\n0\r\n\r\n', /size/],
    'a bare line feed in an extension': ['5;a\nb\r\nhello', /size/],
    'a bare carriage return in an extension': ['5;a\rb\r\nhello', /size/],
    'a NUL in an extension': ['5;a\0\r\nhello', /size/],
    'an extension that goes on for ever': [`5;${'a'.repeat(600)}`, /too long/],
    'data longer than its size': ['5\r\nhello!\r\n0\r\n\r\n', /longer/],
    'data that ends in a bare line feed': ['5\r\nhello\n0\r\n\r\n', /longer/],
    'a folded trailer': ['0\r\nX: 1\r\n 2\r\n\r\n', /trailers/],
    'a trailer that is no field': ['0\r\nGET / HTTP/1.1\r\n\r\n', /trailers/],
    'trailers with bare line feeds': ['0\r\nX: 1\n\n', /trailers/],
    'trailers without an end': [`0\r\nX: ${'x'.repeat(9000)}`, /trailers/],
  }
  for (const [sentence, [text, says]] of Object.entries(broken)) {
    test(`${sentence} breaks it, at once or byte by byte`, () => {
      match(pass(text).outcome, says)
      equal(pass(...Array.from(text)).outcome, pass(text).outcome)
    })
  }

  const bodies = fc.array(
    fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.constantFrom('', ';x', ';y=z')),
    { maxLength: 6 },
  )
  const cut = (text: string, cuts: readonly number[]): string[] => {
    const ends = cuts.map((each) => each % (text.length + 1)).toSorted((a, b) => a - b)
    return [...ends, text.length].map((end, at) => text.slice(at === 0 ? 0 : ends[at - 1], end))
  }

  test('whatever is chunked comes out as it was, however it is cut', () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(), { maxLength: 10 }), (chunks, cuts) => {
        const data = chunks.map(([text]) => Buffer.from(text).toString('latin1'))
        const text = `${data.map((each, at) => `${each.length.toString(16)}${chunks[at]?.[1] ?? ''}\r\n${each}\r\n`).join('')}0\r\n\r\n`
        deepEqual(pass(...cut(`${text}next`, cuts)), {
          passed: text,
          data: data.join(''),
          behind: 'next',
          outcome: 'ended',
        })
      }),
    )
  })

  test('garbage never throws, and has one verdict however it is cut', () => {
    const garbage = fc
      .array(fc.constantFrom('0', '5', 'a', '\r\n', '\n', '\r', ';', ':', ' ', 'x', '\0', 'hello', '\r\n\r\n'), {
        maxLength: 16,
      })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(garbage, fc.array(fc.nat(), { maxLength: 6 }), (text, cuts) => {
        const { data, outcome } = pass(text)
        const inPieces = pass(...cut(text, cuts))
        deepEqual([inPieces.outcome, inPieces.data], [outcome, data])
      }),
      { numRuns: 2000 },
    )
  })
})
