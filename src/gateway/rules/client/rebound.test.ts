import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRebound } from './rebound.ts'

describe('a request to the loopback', () => {
  test('under a name that is not this machine’s own comes from a page that rebinds', () => {
    for (const host of ['evil.example', 'evil.example:9294', 'localhost.evil.example', '127.0.0.1.evil.example:9294'])
      deepEqual([host, isRebound(host, '127.0.0.1'), isRebound(host, '::ffff:127.0.0.1')], [host, true, true])
    equal(isRebound('evil.example', '::1'), true)
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
      equal(isRebound(host, '127.0.0.1'), false, host)
  })

  test('is one to the loopback alone: elsewhere any name may lead to the machine', () => {
    for (const local of ['10.0.0.7', '2001:db8::1', '', undefined])
      equal(isRebound('gateway.internal:9294', local), false)
  })
})
