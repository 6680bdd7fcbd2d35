import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatDestination } from '../destination/destination.ts'
import { parseEchoUrl } from './echo-url.ts'

describe('the URL of an echo', () => {
  const read = {
    'http://ip.quotaguard.com/': ['ip.quotaguard.com:80', 'ip.quotaguard.com', '/'],
    'http://IP.example': ['ip.example:80', 'ip.example', '/'],
    'http://ip.example:8080/a/b?c=d#e': ['ip.example:8080', 'ip.example:8080', '/a/b?c=d'],
    'http://ip.example:80/': ['ip.example:80', 'ip.example', '/'],
    'http://[2001:db8::1]:81/x': ['[2001:db8::1]:81', '[2001:db8::1]:81', '/x'],
  } as const
  for (const [text, expected] of Object.entries(read))
    test(`${text} is dialled at ${expected[0]} and asked for ${expected[2]}`, () => {
      const echo = parseEchoUrl(text)
      deepEqual(echo && [formatDestination(echo.destination), echo.host, echo.path], expected)
    })
  for (const text of ['https://ip.example/', 'ip.example', 'http://u:p@ip.example/', 'http://', 'http://a..b/', ''])
    test(`"${text}" is none`, () => equal(parseEchoUrl(text), undefined))
})
