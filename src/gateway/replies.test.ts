import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from '../ip/address.ts'
import { instant } from '../values/time.ts'
import { closingReply, connectReply, refusalReply } from './replies.ts'
import { refusal, type ReasonCode } from './rules/refusal.ts'
import type { Dialled } from './tunnel.ts'

const now = instant('2026-11-21T10:00:00Z')
const reply = (code: ReasonCode, accept?: string) =>
  refusalReply(refusal(code, { destination: 'a.example:443' }), { now, accept })

describe('refusal', () => {
  test('has its status, its type of RFC 9209, its code, the date, and words with what to do', () => {
    const { status, headers, body } = reply('CONNECTION_REFUSED')
    equal(status, 502)
    equal(headers['Proxy-Status'], 'sallyport; error=connection_refused; details="CONNECTION_REFUSED"')
    equal(headers['Date'], 'Sat, 21 Nov 2026 10:00:00 GMT')
    equal(body, 'a.example:443 refused the connection.\nCheck host and port.\n(CONNECTION_REFUSED)\n')
  })

  test('L-68: every 407 has a challenge, and nothing else has one', () => {
    const challenge = 'Basic realm="sallyport", charset="UTF-8"'
    equal(reply('CREDENTIALS_MISSING').headers['Proxy-Authenticate'], challenge)
    equal(reply('CREDENTIALS_WRONG').headers['Proxy-Authenticate'], challenge)
    equal(reply('DESTINATION_NOT_ALLOWED').headers['Proxy-Authenticate'], undefined)
  })

  test('429 and 503 say when to ask again, and nothing else does', () => {
    equal(reply('RATE_EXCEEDED').headers['Retry-After'], '60')
    equal(reply('NO_LIVE_EGRESS').headers['Retry-After'], '5')
    equal(reply('CONNECTION_REFUSED').headers['Retry-After'], undefined)
  })

  test('is problem details for those who name JSON, and text for everyone else', () => {
    for (const accept of ['application/json', 'text/html, application/problem+json;q=0.9', 'APPLICATION/JSON , */*'])
      equal(reply('ORIGIN_FORM', accept).headers['Content-Type'], 'application/problem+json', accept)
    for (const accept of [undefined, '', '*/*', 'application/*', 'application/jsonx', 'text/html'])
      equal(reply('ORIGIN_FORM', accept).headers['Content-Type'], 'text/plain; charset=utf-8', String(accept))
    const problem = JSON.parse(reply('CONNECTION_REFUSED', 'application/json').body) as unknown
    deepEqual(problem, {
      ...{ type: 'about:blank', title: 'Bad Gateway', status: 502, code: 'CONNECTION_REFUSED' },
      ...{ detail: 'a.example:443 refused the connection.', next: ['Check host and port.'] },
    })
  })

  test('as bytes its length counts bytes, it closes, and HEAD has the length alone', () => {
    const text = closingReply({ status: 431, headers: {}, body: '’\n' })
    equal(
      text,
      `HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\n${Buffer.from('’\n').toString('latin1')}`,
    )
    match(
      closingReply({ status: 502, headers: {}, body: 'x' }, { method: 'HEAD' }),
      /Content-Length: 1\r\n[^]*\r\n\r\n$/,
    )
  })
})

describe('yes to a CONNECT', () => {
  const remote = parseAddress('2001:db8::1')
  if (!remote.ok) throw new Error('an address')
  const ask = { destination: { host: { kind: 'name', name: 'a.example' }, port: 443 } } as const
  const dialled = { egress: 'a', address: '192.0.2.1', observed: true, remote: remote.value } as Dialled

  test('G-17: names the egress, its address and the next hop, and frames nothing', () => {
    equal(
      connectReply(ask, dialled),
      'HTTP/1.1 200 Connection established\r\nSallyport-Egress: a; address=192.0.2.1\r\nProxy-Status: sallyport; next-hop="2001:db8::1"\r\n\r\n',
    )
  })

  test('P-41: says declared where nobody here can see the address, and nothing where there is none', () => {
    match(connectReply(ask, { ...dialled, observed: false }), /Sallyport-Egress: a; declared=192\.0\.2\.1\r\n/)
    match(connectReply(ask, { ...dialled, address: undefined }), /Sallyport-Egress: a\r\n/)
  })

  test('P-43: names the destination where a proxy in between resolves it', () => {
    match(connectReply(ask, { ...dialled, remote: undefined }), /next-hop="a\.example"/)
  })

  test('the name of an egress cannot break out of its field', () => {
    const said = connectReply(ask, { ...dialled, egress: 'a "b"\r\nX: ü' })
    match(said, /\r\nSallyport-Egress: "a \\"b\\"\?\?X: \?"; address=/)
  })
})
