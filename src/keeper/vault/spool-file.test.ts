import { deepEqual, equal } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { contentOf } from './spool-file.ts'
import { frameBytes, frameLength, parseFrame, replyAt, type Exchange, type Frame } from './spool-frame.ts'

const exchange: Exchange = { key: { tenant: 'acme', id: 'canary' }, generation: 3, attempt: 8 }
const none = new Uint8Array()
const sealed = new Uint8Array(randomBytes(600))

/** A file of zeros with these frames written over it. */
function fileWith(reserved: Uint8Array | undefined, reply: Uint8Array | undefined): Buffer {
  const bytes = Buffer.alloc(replyAt + 2000)
  bytes.set(reserved ?? none, 0)
  bytes.set(reply ?? none, replyAt)
  return bytes
}
const frame = (kind: Frame['kind'], of: Exchange = exchange, body = none): Uint8Array =>
  frameBytes({ kind, exchange: of, body })
const reserved = frame('reserved')
const reply = frame('reply', exchange, sealed)

describe('a file of the spool', () => {
  test('gives back the reply that was kept, and whose it is', () =>
    deepEqual(contentOf(fileWith(reserved, reply)), { kind: 'reply', exchange, sealed }))

  test('holds nothing when it is fresh, free, or only reserved', () => {
    for (const start of [undefined, frame('free'), reserved])
      deepEqual(contentOf(fileWith(start, undefined)), { kind: 'nothing' })
  })

  test('that was freed holds nothing, whatever reply lies in it', () =>
    deepEqual(contentOf(fileWith(frame('free'), reply)), { kind: 'nothing' }))

  test('that is reserved again does not show the reply of the exchange before', () => {
    const next = [
      { ...exchange, attempt: 9 },
      { ...exchange, generation: 4 },
      { ...exchange, key: { tenant: 'acme', id: 'other' } },
      { ...exchange, key: { tenant: 'other', id: 'canary' } },
    ]
    for (const each of next) deepEqual(contentOf(fileWith(frame('reserved', each), reply)), { kind: 'nothing' })
  })

  test('P-26: torn after any byte of the reply is never taken for whole, and still says whose it was', () => {
    for (let written = 1; written < reply.length; written += 1) {
      const { kind, ...rest } = contentOf(fileWith(reserved, reply.subarray(0, written)))
      equal(kind, 'torn')
      deepEqual(rest, { exchange })
    }
  })

  test('P-26: torn over an older reply, after any byte, is never taken for whole', () => {
    const older = frame('reply', { ...exchange, attempt: 7 }, new Uint8Array(randomBytes(900)))
    for (let written = 1; written < reply.length; written += 1) {
      const bytes = fileWith(reserved, older)
      bytes.set(reply.subarray(0, written), replyAt)
      const content = contentOf(bytes)
      equal(content.kind === 'reply', false)
    }
  })

  test('whose reservation is torn still gives its reply', () => {
    for (let written = 0; written < reserved.length; written += 1)
      deepEqual(contentOf(fileWith(reserved.subarray(0, written), reply)), { kind: 'reply', exchange, sealed })
  })

  test('with one bit of the reply altered is torn', () => {
    for (let at = 0; at < reply.length; at += 1) {
      const altered = Uint8Array.from(reply, (byte, i) => (i === at ? byte ^ 0x80 : byte))
      equal(contentOf(fileWith(reserved, altered)).kind, 'torn')
    }
  })

  test('cut anywhere, or full of any bytes, is read without an exception', () => {
    const whole = fileWith(reserved, reply)
    for (let length = 0; length < whole.length; length += 7) contentOf(whole.subarray(0, length))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const start = Buffer.concat([Buffer.from('SPSPOOL1'), a])
        return ['nothing', 'torn'].includes(contentOf(fileWith(start, b)).kind) && typeof parseFrame(start) === 'string'
      }),
      { numRuns: 300 },
    )
  })

  const names = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\0', 'é', '😀', '\ud800', '\udfff') })

  test('of any names and any reply comes back as it was, in as many bytes as were reckoned', () =>
    fc.assert(
      fc.property(names, names, fc.nat(), fc.uint8Array(), (...made) => {
        const [tenant, id, n, body] = made
        const of = { key: { tenant, id }, generation: n, attempt: n + 1 }
        const bytes = Buffer.from(frameBytes({ kind: 'reply', exchange: of, body }))
        equal(bytes.length, frameLength(body.length, of))
        deepEqual(parseFrame(bytes), { kind: 'reply', exchange: of, body })
      }),
      { numRuns: 50 },
    ))
})
