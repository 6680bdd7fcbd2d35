import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readStartUrl } from './start-url.ts'

describe('where a login goes on to', () => {
  const kept = ['/', '/a/b?x=1&y=%2F%2Fhost#z', '/a//b', '/@host', '/.//x', '/:8480']
  for (const text of kept) test(`${text} is kept`, () => equal(readStartUrl(text), text))

  const dropped: Record<string, string | undefined> = {
    'nothing': undefined,
    'an empty text': '',
    'an absolute address': 'https://host/',
    'an address without a scheme': '//host',
    'a backslash in the second place': '/\\host',
    'a backslash anywhere': '/a\\b',
    'two backslashes': '\\\\host',
    'a relative path': 'a/b',
    'a tab that browsers drop': '/\t/host',
    'a line end': '/a\nb',
    'a blank': '/a b',
    'a NUL': '/a\0',
    'a character beyond ASCII': '/ä',
    'more than an address can carry': `/${'a'.repeat(14_000)}`,
  }
  for (const [sentence, text] of Object.entries(dropped))
    test(`${sentence} is dropped`, () => equal(readStartUrl(text), undefined))

  test('whatever is kept stays on this server when a browser reads it', () => {
    for (const text of kept) equal(new URL(text, 'https://own.example').host, 'own.example')
  })
})
