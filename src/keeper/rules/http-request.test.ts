import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseHost } from '../../ip/hosts.ts'
import { formatPost, mostRequestBytes, type PostRequest } from './http-request.ts'

const body = new TextEncoder().encode('grant_type=refresh_token')
const plain: PostRequest = { path: '/services/oauth2/token', headers: {}, body }

function format(request: Partial<PostRequest>, at: { host?: string; port?: number; secure?: boolean } = {}): string {
  const host = parseHost(at.host ?? 'login.salesforce.com')
  if (!host.ok) throw new Error(host.fault)
  const to = { host: host.value, port: at.port ?? 443, secure: at.secure ?? true }
  const bytes = formatPost(to, { ...plain, ...request })
  return bytes.ok ? new TextDecoder().decode(bytes.value) : bytes.fault
}

describe('a POST', () => {
  test('is these bytes', () =>
    equal(
      format({ headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Authorization': 'Basic eA==' } }),
      'POST /services/oauth2/token HTTP/1.1\r\nHost: login.salesforce.com\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
        'Authorization: Basic eA==\r\nAccept-Encoding: identity\r\nContent-Length: 24\r\nConnection: close\r\n\r\ngrant_type=refresh_token',
    ))

  const hosts = {
    'has its port in Host where it is not the usual one': [{ port: 8443 }, 'login.salesforce.com:8443'],
    'has port 443 in Host without TLS': [{ secure: false }, 'login.salesforce.com:443'],
    'has no port 80 in Host without TLS': [{ secure: false, port: 80 }, 'login.salesforce.com'],
    'has brackets in Host around IPv6': [{ host: '2001:db8::1' }, '[2001:db8::1]'],
  } as const
  for (const [sentence, [at, host]] of Object.entries(hosts))
    test(sentence, () => equal(/\r\nHost: (.*)\r\n/.exec(format({}, at))?.[1], host))

  test('counts bytes, not characters, and carries any byte', () => {
    const bytes = Uint8Array.of(0, 13, 10, 255)
    equal(/Content-Length: (\d+)/.exec(format({ body: bytes }))?.[1], '4')
  })

  test('may be as large as goes out in one piece, and no larger', () => {
    const room = mostRequestBytes - format({ body: new Uint8Array(10_000) }).length + 10_000
    equal(format({ body: new Uint8Array(room) }).length, mostRequestBytes)
    equal(format({ body: new Uint8Array(room + 1) }), 'it has 16385 bytes; at most 16384 go out in one piece')
  })

  const refused: Readonly<Record<string, readonly [request: Partial<PostRequest>, why: string]>> = {
    'whose path is not absolute': [{ path: 'x' }, 'its path is not a slash and visible ASCII'],
    'whose path has a space': [{ path: '/x y' }, 'its path is not a slash and visible ASCII'],
    'whose path has a fragment': [{ path: '/x#y' }, 'its path is not a slash and visible ASCII'],
    'whose path ends in a line break': [{ path: '/x\n' }, 'its path is not a slash and visible ASCII'],
    'with a header whose name is none': [{ headers: { 'a b': 'c' } }, 'the name of one of its headers is no token'],
    'with a header that breaks its line': [
      { headers: { A: 'canary\r\nB: c' } },
      'its header A has a character that a header cannot have',
    ],
    'with a header that ends in a line break': [
      { headers: { A: 'c\n' } },
      'its header A has a character that a header cannot have',
    ],
    'with a length of its own': [
      { headers: { 'CONTENT-length': '1' } },
      "its header CONTENT-length is not the caller's to set",
    ],
    'that expects an answer before its body': [
      { headers: { Expect: '100-continue' } },
      "its header Expect is not the caller's to set",
    ],
  }
  for (const [sentence, [request, why]] of Object.entries(refused))
    test(`${sentence} is refused`, () => equal(format(request), why))
})
