import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { clientProblems, decidePin, parseProxyAuthorization, readingsOf, readText, splitPin } from './proxy-user.ts'

const basic = (text: string, encoding: 'utf8' | 'latin1' = 'utf8'): string =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`

describe('Proxy-Authorization', () => {
  test('holds user and password, of which the password may hold colons', () => {
    deepEqual(parseProxyAuthorization(basic('app:se:cret')), { user: 'app', password: 'se:cret' })
    deepEqual(parseProxyAuthorization(basic('app:')), { user: 'app', password: '' })
    deepEqual(parseProxyAuthorization(`bAsIc   ${basic('app:x').slice(6)}  `), { user: 'app', password: 'x' })
  })
  test('is read as UTF-8, and as ISO 8859-1 where it is none', () => {
    deepEqual(parseProxyAuthorization(basic('jürgen:straße')), { user: 'jürgen', password: 'straße' })
    deepEqual(parseProxyAuthorization(basic('jürgen:straße', 'latin1')), { user: 'jürgen', password: 'straße' })
  })
  test('G-16: of another scheme, or no Basic at all, is as good as none', () => {
    const others = [
      undefined,
      '',
      'Basic',
      'Basic ',
      'Bearer abc',
      'Digest username="app"',
      'Negotiate YII=',
      basic('nocolon'),
    ]
    for (const other of [...others, 'Basic a b', 'Basic %%%', `Basic ${'A'.repeat(5000)}`])
      equal(parseProxyAuthorization(other), undefined, other)
  })
  test('whatever a user and a password are, they come back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (user, password) => {
        fc.pre(!user.includes(':') && !`${user}${password}`.includes('\ufffd'))
        deepEqual(parseProxyAuthorization(basic(`${user}:${password}`)), { user, password })
      }),
    )
  })
  test('no value whatever makes it throw', () => {
    fc.assert(fc.property(fc.string(), (value) => void parseProxyAuthorization(value)))
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readText(bytes)))
  })
})

describe('the readings of credentials', () => {
  test('are the ones that were sent, and where they hold a percent sign those decoded', () => {
    deepEqual(readingsOf({ user: 'app', password: 'x' }), [{ user: 'app', password: 'x' }])
    deepEqual(readingsOf({ user: 'app%2Begress%3Da', password: 'p%40ss' }), [
      { user: 'app%2Begress%3Da', password: 'p%40ss' },
      { user: 'app+egress=a', password: 'p@ss' },
    ])
  })
  test('leave a percent sign alone that encodes nothing', () =>
    deepEqual(readingsOf({ user: 'app', password: '100%' })[1], { user: 'app', password: '100%' }))
  test('compose what came decomposed', () =>
    deepEqual(readingsOf({ user: 'jürgen'.normalize('NFD'), password: '' }), [{ user: 'jürgen', password: '' }]))
})

describe('a user that names an egress', () => {
  test('is split at the last mark', () => {
    deepEqual(splitPin('app+egress=a'), { user: 'app', egress: 'a' })
    deepEqual(splitPin('a+b+egress=x+egress=b'), { user: 'a+b+egress=x', egress: 'b' })
    equal(splitPin('a+b'), undefined)
    equal(splitPin('app+egress='), undefined)
  })
  test('is refused its choice unless it may pin', () => {
    deepEqual(decidePin({ name: 'app', mayPin: true }, 'a'), { ok: true, value: 'a' })
    deepEqual(decidePin({ name: 'app', mayPin: false }, undefined), { ok: true, value: undefined })
    const refused = decidePin({ name: 'app', mayPin: false }, 'a')
    deepEqual(refused, { ok: false, fault: { code: 'PIN_NOT_PERMITTED', saw: { client: 'app' } } })
  })
})

describe('clients that cannot be', () => {
  const one = { name: 'backend', username: 'app', passwordLength: 20 }
  const says = (...clients: (typeof one)[]): string[] =>
    clientProblems(clients).map(({ client, message }) => `${client}: ${message}`)
  test('none of them is found among those that can', () =>
    deepEqual(says(one, { ...one, name: 'nightly', username: 'app+nightly' }), []))
  test('are each said with its place', () => {
    deepEqual(says(one, { ...one, username: 'other' }), ['1: two clients are named backend'])
    deepEqual(says(one, { ...one, name: 'other' }), ['1: two clients have the user app'])
    deepEqual(says({ ...one, username: 'a:b' }), [
      '0: the user a:b holds a colon, which Basic credentials cannot carry',
    ])
    deepEqual(says({ ...one, username: 'a\nb' }), ['0: the user of backend holds a control character'])
    deepEqual(says({ ...one, passwordLength: 0 }), ['0: the password of backend is empty'])
    deepEqual(says({ ...one, passwordLength: 256 }), [
      '0: the user or the password of backend is longer than the 255 bytes of SOCKS5',
    ])
  })
})
