import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatAddress } from '../../../ip/address.ts'
import { parseUpstreamReply, socksRefusal, upstreamSpeaksOf } from './upstream-reply.ts'

const parsed = (head: string) => {
  const reply = parseUpstreamReply(head)
  return reply.ok ? reply.value : undefined
}

describe('the answer of an upstream proxy', () => {
  test('is read with its status', () => equal(parsed('HTTP/1.1 200 Connection established')?.status, 200))
  test('may come without a phrase, and as HTTP/1.0', () => equal(parsed('HTTP/1.0 407')?.status, 407))
  for (const [sentence, head] of Object.entries({
    'is not HTTP/2': 'HTTP/2 200',
    'is not SMTP': '220 mail.test ESMTP',
    'has three digits': 'HTTP/1.1 20 OK',
    'has no bare line feed': 'HTTP/1.1 200 OK\nX: y',
    'has no folded line': 'HTTP/1.1 200 OK\r\nX: y\r\n z',
    'has no space before a colon': 'HTTP/1.1 200 OK\r\nX : y',
    'has no field without a name': 'HTTP/1.1 200 OK\r\n: y',
  }))
    test(`G-22: ${sentence}`, () => equal(parseUpstreamReply(head).ok, false))

  const addresses = {
    'a; address=192.0.2.1': '192.0.2.1',
    'a; declared=192.0.2.1': '192.0.2.1',
    'a;address="2001:db8::1"': '2001:db8::1',
    'a; address=[2001:db8::1]': '2001:db8::1',
    'a; address=nowhere': undefined,
    'a': undefined,
  }
  for (const [field, expected] of Object.entries(addresses))
    test(`P-41: "Sallyport-Egress: ${field}" names ${expected ?? 'no address'}`, () => {
      const address = parsed(`HTTP/1.1 200 OK\r\nSallyport-Egress: ${field}`)?.leavesFrom
      equal(address === undefined ? undefined : formatAddress(address), expected)
    })

  const speaks = {
    '407': 'proxy',
    '429': 'proxy',
    '500': 'proxy',
    '503': 'proxy',
    '508': 'path',
    '502': 'path',
    '504': 'path',
    '403': 'destination',
    '400': 'destination',
    '451': 'destination',
    '503 connection_refused': 'path',
    '502 destination_ip_prohibited': 'destination',
    '403 http_request_denied': 'destination',
    '429 http_request_denied': 'proxy',
    '407 http_request_denied': 'proxy',
  } as const
  for (const [said, of] of Object.entries(speaks))
    test(`P-43: ${said} speaks of the ${of}`, () => {
      const [status = '', error] = said.split(' ')
      const field = error === undefined ? '' : `\r\nProxy-Status: up; error=${error}`
      const reply = parsed(`HTTP/1.1 ${status} x${field}`)
      ok(reply)
      equal(upstreamSpeaksOf(reply), of)
    })

  test('SOCKS5 replies are named', () => {
    deepEqual(socksRefusal(2), { status: 'SOCKS5 reply 2 (not allowed by its rules)', speaksOf: 'destination' })
    deepEqual(socksRefusal(5).speaksOf, 'path')
    deepEqual(socksRefusal(99).speaksOf, 'proxy')
  })
})
