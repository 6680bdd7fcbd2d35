import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { plainWords, withoutSecrets } from './foreign-words.ts'

const url = secret('http://user:p%40ss-word@proxy.example:9293')

test('what a program repeats of a proxy is left out, as URL, password or credentials', () => {
  const basic = Buffer.from('user:p@ss-word').toString('base64')
  const said = `${url.expose()} p%40ss-word p@ss-word Proxy-Authorization: Basic ${basic}`
  equal(withoutSecrets(said, [url]), '[secret] [secret] [secret] Proxy-Authorization: Basic [secret]')
})

test('it is left out before what is too long is cut, so that no half of it stays', () => {
  for (const behind of [486, 490, 495]) {
    const shown = withoutSecrets(`x ${url.expose()} ${'y'.repeat(behind)}`, [url])
    ok(!/word|proxy|example/.test(shown), shown.slice(0, 40))
  }
})

test('nothing of it is obeyed by a terminal, and it is one line', () => {
  equal(withoutSecrets('before\u001b[2J\r\nafter\u202e', []), 'before [2J after')
  equal(plainWords('a\u0007b\nc'), 'a b c')
  equal(plainWords('z'.repeat(90), 80), `${'z'.repeat(80)}…`)
})
