import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatDestination } from './hosts.ts'
import { parseProxyUrl } from './proxy-url.ts'

const read = (text: string): readonly unknown[] | string => {
  const url = parseProxyUrl(text)
  if (!url.ok) return url.fault
  const { protocol, credentials } = url.value
  return [
    protocol,
    formatDestination(url.value),
    ...(credentials === undefined ? [] : [credentials.user, credentials.password]),
  ]
}

describe('the URL of a proxy', () => {
  const urls: Readonly<Record<string, readonly [text: string, read: readonly unknown[] | string]>> = {
    'has credentials': ['http://app:pw@gw.example:9293', ['http', 'gw.example:9293', 'app', 'pw']],
    'may be https': ['https://app:pw@gw.example', ['https', 'gw.example:443', 'app', 'pw']],
    'has the usual port of its protocol if it says none': ['http://gw.example/', ['http', 'gw.example:80']],
    'may be socks5': ['socks5://app:pw@gw.example', ['socks5', 'gw.example:1080', 'app', 'pw']],
    'may be socks5h, which is the same here': [
      'socks5h://app:pw@gw.example:1',
      ['socks5', 'gw.example:1', 'app', 'pw'],
    ],
    'may stand in white space, as files have it': [' http://gw.example:1\n', ['http', 'gw.example:1']],
    'may name IPv6': ['http://[2001:db8::1]:9293', ['http', '[2001:db8::1]:9293']],
    'is percent-decoded': [
      'http://app%40team%2F1:p%3Aa%25+%C3%BC@gw.example:1',
      ['http', 'gw.example:1', 'app@team/1', 'p:a%+ü'],
    ],
    'may have an empty password over HTTP': ['http://app@gw.example:1', ['http', 'gw.example:1', 'app', '']],
    'L-70: is refused if it is empty, as an unset variable leaves it, and means no direct way': [
      ' ',
      'is empty; write http://USER:PASSWORD@HOST:PORT, or leave it out',
    ],
    'is refused if it is none': ['gw.example', 'is not a URL; write http://USER:PASSWORD@HOST:PORT'],
    'is refused without a scheme, where a host looks like one': [
      'gw.example:9293',
      'does not begin with http://, https://, socks5:// or socks5h://; write http://USER:PASSWORD@HOST:PORT',
    ],
    'is refused for socks4': [
      'socks4://gw.example:1',
      'does not begin with http://, https://, socks5:// or socks5h://; write http://USER:PASSWORD@HOST:PORT',
    ],
    'is refused with a path': [
      'http://gw.example:1/x',
      'goes on behind its port; percent-encode / ? # in user and password',
    ],
    'is refused with a query': [
      'http://gw.example:1/?x',
      'goes on behind its port; percent-encode / ? # in user and password',
    ],
    'is refused with port 0': ['http://gw.example:0', 'has port 0; write the port that the proxy listens on'],
    'is refused with a percent sign that encodes nothing': [
      'http://app:100%@gw.example:1',
      'has a percent sign in user or password that encodes nothing; write it as %25',
    ],
    'is refused with a colon in its user': [
      'http://a%3Ab:pw@gw.example:1',
      'has a colon in its user, which Basic authentication cannot carry',
    ],
    'is refused without a password over SOCKS5': [
      'socks5://app@gw.example:1',
      'has a user or password that is empty or over 255 bytes, which SOCKS5 cannot carry',
    ],
    'is refused with a password over 255 bytes over SOCKS5': [
      `socks5://app:${'%C3%BC'.repeat(128)}@gw.example:1`,
      'has a user or password that is empty or over 255 bytes, which SOCKS5 cannot carry',
    ],
    'is refused with a host that there cannot be': ['http://a..b:1', 'names no host, or one that cannot be'],
  }
  for (const [sentence, [text, expected]] of Object.entries(urls)) test(sentence, () => deepEqual(read(text), expected))

  test('is shown without its credentials, and no fault quotes it', () => {
    const url = parseProxyUrl('https://app:canary@gw.example:1')
    equal(url.ok && url.value.shown, 'https://gw.example:1')
    for (const [text] of Object.values(urls)) {
      const broken = parseProxyUrl(text.replace('pw', 'canary'))
      if (!broken.ok) equal(broken.fault.includes('canary'), false)
    }
  })

  test('carries any user without a colon and any password, percent-encoded', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((each) => each.toWellFormed())
    fc.assert(
      fc.property(text, text, (user, password) => {
        if (user.includes(':')) return
        const read2 = read(`http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@gw.example:1`)
        deepEqual(read2, ['http', 'gw.example:1', user, password])
      }),
    )
  })

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
      const url = parseProxyUrl(text)
      equal(url.ok ? url.value.shown : url.fault, expected)
    })
})
