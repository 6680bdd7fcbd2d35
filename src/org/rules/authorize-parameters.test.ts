import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { longestRequest, readAuthorizeParameters, requestIsTooLong } from './authorize-parameters.ts'

const read = (query: string) => readAuthorizeParameters(new Map(new URLSearchParams(query)))

describe('the parameters of an authorization request', () => {
  test('empty is the same as left out (RFC 6749 section 3.1)', () =>
    deepEqual(read('state=&scope=&client_id='), read('')))
  test('unknown parameters mean nothing (SF-13)', () => deepEqual(read('device_id=1'), read('')))

  const prompts: Record<string, [string, { never: boolean; login: boolean; consent: boolean }]> = {
    'nothing asks for nothing': ['', { never: false, login: false, consent: false }],
    'several words count together': ['prompt=login+consent', { never: false, login: true, consent: true }],
    'select_account is a login': ['prompt=select_account', { never: false, login: true, consent: false }],
    'none is immediate': ['prompt=none', { never: true, login: false, consent: false }],
    'immediate=true is immediate': ['immediate=true', { never: true, login: false, consent: false }],
    'immediate=1 is not': ['immediate=1', { never: false, login: false, consent: false }],
    'an unknown word means nothing': ['prompt=LOGIN+create', { never: false, login: false, consent: false }],
  }
  for (const [sentence, [query, prompt]] of Object.entries(prompts))
    test(`prompt: ${sentence}`, () => deepEqual(read(query).prompt, prompt))

  const displays = { page: 'page', popup: 'popup', touch: 'touch', mobile: 'touch', wap: 'page' }
  for (const [asked, shown] of Object.entries(displays))
    test(`display: ${asked} is shown as ${shown}`, () => equal(read(`display=${asked}`).display, shown))

  test('length counts percent-encoded, over all known parameters together', () => {
    const of = (state: string, scope: string) => requestIsTooLong(new Map(Object.entries({ state, scope })))
    equal(of('x'.repeat(longestRequest - 1), 'y'), false)
    equal(of('x'.repeat(longestRequest - 1), 'yy'), true)
    equal(of('€'.repeat(longestRequest / 9), ''), false)
    equal(of('€'.repeat(longestRequest / 9 + 1), ''), true)
    equal(requestIsTooLong(new Map([['stray', 'x'.repeat(99_999)]])), false)
  })
})
