import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRebound } from './rebound.ts'

describe('a page that has led its name to the loopback', () => {
  const cases = {
    'is refused under its own name': ['evil.example:8481', '127.0.0.1', true],
    'is refused under its own name over IPv6': ['evil.example', '::1', true],
    'is refused where a v4 address is spelled as v6': ['evil.example', '::ffff:127.0.0.1', true],
    'an address is admitted': ['127.0.0.1:8481', '127.0.0.1', false],
    'an address in brackets is admitted': ['[::1]:8481', '::1', false],
    'localhost is admitted': ['localhost:8481', '127.0.0.1', false],
    'the name that the service is known by is admitted': ['keeper.example', '127.0.0.1', false],
    'no Host comes from no browser': [undefined, '127.0.0.1', false],
    'on another address any name is admitted': ['evil.example', '192.0.2.7', false],
  } as const
  for (const [sentence, [host, localAddress, expected]] of Object.entries(cases))
    test(sentence, () => equal(isRebound(host, { localAddress, knownAs: 'keeper.example' }), expected))
})

describe('a request to the loopback', () => {
  test('under a name that is not this machine’s own comes from a page that rebinds', () => {
    for (const host of ['evil.example', 'evil.example:9294', 'localhost.evil.example', '127.0.0.1.evil.example:9294'])
      deepEqual(
        [host, isRebound(host, { localAddress: '127.0.0.1' }), isRebound(host, { localAddress: '::ffff:127.0.0.1' })],
        [host, true, true],
      )
    equal(isRebound('evil.example', { localAddress: '::1' }), true)
  })

  test('by address, as localhost, or without a Host, does not', () => {
    for (const host of [
      '127.0.0.1:9294',
      '[::1]:9294',
      'localhost',
      'LOCALHOST:9294',
      'admin.localhost',
      '',
      undefined,
    ])
      equal(isRebound(host, { localAddress: '127.0.0.1' }), false, host)
  })

  test('is one to the loopback alone: elsewhere any name may lead to the machine', () => {
    for (const local of ['10.0.0.7', '2001:db8::1', '', undefined])
      equal(isRebound('gateway.internal:9294', { localAddress: local }), false)
  })
})
