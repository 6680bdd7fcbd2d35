import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { parseProxyReply, socksRefusal } from './proxy-reply.ts'

const read = (...lines: string[]): unknown => {
  const reply = parseProxyReply(lines.join('\r\n'))
  return reply.ok
    ? Object.fromEntries(Object.entries(reply.value).filter(([, value]) => value !== undefined))
    : reply.fault
}
const egress = (field: string): unknown => read('HTTP/1.1 200 OK', `Sallyport-Egress: ${field}`)

describe('what a proxy answers to CONNECT', () => {
  const replies: Readonly<Record<string, readonly [lines: readonly string[], read: unknown]>> = {
    'is its status': [['HTTP/1.1 200 Connection established'], { status: 200 }],
    'may be of HTTP/1.0 and have no reason': [['HTTP/1.0 407'], { status: 407 }],
    'may say when it will end the tunnel': [
      ['HTTP/1.1 200 OK', 'sallyport-tunnel-ends: 40000'],
      { status: 200, endsWithin: 40_000 },
    ],
    'says no end where that is no number': [['HTTP/1.1 200 OK', 'Sallyport-Tunnel-Ends: -1'], { status: 200 }],
    'may say why not': [
      ['HTTP/1.1 503 No', 'Proxy-Status: sallyport; error=destination_unavailable; details="NO_EGRESS"'],
      { status: 503, says: 'destination_unavailable, NO_EGRESS' },
    ],
    'may say why not without details': [
      ['HTTP/1.1 502 No', 'Proxy-Status: x; error=dns_error'],
      { status: 502, says: 'dns_error' },
    ],
    'is refused if it is no HTTP/1': [['HTTP/2 200'], 'its answer does not begin with a status line of HTTP/1.1'],
    'is refused with a line that is no header': [['HTTP/1.1 200 OK', 'no header'], 'its answer has a malformed header'],
    'is refused with a lone line feed': [
      ['HTTP/1.1 200 OK', 'A: b\nSallyport-Egress: a'],
      'its answer has a malformed header',
    ],
  }
  for (const [sentence, [lines, expected]] of Object.entries(replies))
    test(sentence, () => deepEqual(read(...lines), expected))

  const egresses: Readonly<Record<string, readonly [field: string, read: object]>> = {
    'by its name alone': ['a', { egress: 'a' }],
    'with its address': ['a; address=192.0.2.1', { egress: 'a', leavesFrom: '192.0.2.1' }],
    'with an address that is declared': ['b; declared=192.0.2.1', { egress: 'b', leavesFrom: '192.0.2.1' }],
    'with an address of IPv6, in its canonical form': [
      'a; address=2001:DB8:0::1',
      { egress: 'a', leavesFrom: '2001:db8::1' },
    ],
    'by a name in quotes': [
      '"my \\"own\\"; address=1"; address=192.0.2.1',
      { egress: 'my "own"; address=1', leavesFrom: '192.0.2.1' },
    ],
    'without an address where that is none': ['a; address=192.0.2.999', { egress: 'a' }],
    'not at all by what is none': ['"a', {}],
  }
  for (const [sentence, [field, expected]] of Object.entries(egresses))
    test(`names the egress ${sentence}`, () => deepEqual(egress(field), { status: 200, ...expected }))

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void read('HTTP/1.1 200 OK', `Sallyport-Egress: ${text}`, text),
      ),
    )
  })
})

test('a refusal of SOCKS5 is in words, known or not', () => {
  equal(socksRefusal(5), 'it refused the tunnel: SOCKS5 reply 5 (connection refused)')
  equal(socksRefusal(91), 'it refused the tunnel: SOCKS5 reply 91 (of no known meaning)')
})
