import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { decideRoute } from './route.ts'

const url = secret('http://app:pw@gw.example:9293')
const fault = (said: Parameters<typeof decideRoute>[0]): string => {
  const route = decideRoute(said)
  return route.ok ? route.value.kind : route.fault
}

describe('the way to Salesforce', () => {
  test('is the proxy that is named', () =>
    deepEqual(decideRoute({ proxy: url, direct: false }), { ok: true, value: { kind: 'proxy', url } }))
  test('is direct where that is said', () => equal(fault({ proxy: undefined, direct: true }), 'direct'))

  const nowhere =
    'There is no proxy to send through; name one, or say in words that calls to Salesforce leave directly.'
  test('L-70: is none where nothing is said', () => equal(fault({ proxy: undefined, direct: false }), nowhere))
  test('L-70: is none where the URL is empty, as an unset variable leaves it', () =>
    equal(fault({ proxy: secret(' '), direct: false }), nowhere))
  test('is none where both are said', () =>
    equal(fault({ proxy: url, direct: true }), 'Both a proxy and a direct way are asked for; leave one of them out.'))
})
