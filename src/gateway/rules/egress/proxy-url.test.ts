import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseProxyUrl } from './proxy-url.ts'

const read = (text: string) => {
  const url = parseProxyUrl(text)
  return url.ok ? url.value : url.fault
}

describe('the URL of a proxy', () => {
  test('is read with its credentials percent-decoded (L-69)', () =>
    deepEqual(read('http://user%40x:p%3A%2F%C3%A9@Proxy.Example:9293'), {
      protocol: 'http',
      host: { kind: 'name', name: 'proxy.example' },
      port: 9293,
      credentials: { user: 'user@x', password: 'p:/é' },
      shown: 'http://proxy.example:9293',
    }))
  const shown = {
    'http://proxy.test': 'http://proxy.test:80',
    'https://proxy.test/': 'https://proxy.test:443',
    'socks5://Proxy.test': 'socks5://proxy.test:1080',
    'socks5h://user:secret@192.0.2.1:1081': 'socks5://192.0.2.1:1081',
    'http://[2001:db8::1]:3128': 'http://[2001:db8::1]:3128',
    'socks5://[2001:db8::1]': 'socks5://[2001:db8::1]:1080',
  }
  for (const [text, expected] of Object.entries(shown))
    test(`${text} is shown as ${expected}`, () => {
      const url = read(text)
      equal(typeof url === 'string' ? url : url.shown, expected)
    })
  const faults = {
    'proxy.test:3128': /./,
    'ftp://proxy.test': /begins with ftp/,
    'http://u:s3cret@proxy.test/path': /goes on behind its port/,
    'http://u:s3cret@proxy.test?x': /goes on behind its port/,
    'http://u:s3cret%zz@proxy.test': /encodes nothing/,
    'http://a%3Ab:s3cret@proxy.test': /colon in its user/,
    'socks5://u@proxy.test': /SOCKS5 cannot carry/,
    'http://proxy.test:0': /port 0/,
    'http://': /./,
  }
  for (const [text, says] of Object.entries(faults))
    test(`${text} is refused, and its credentials are not told`, () => {
      const url = read(text)
      const said = typeof url === 'string' ? url : 'no fault'
      match(said, says)
      equal(said.includes('s3cret'), false)
    })
})
