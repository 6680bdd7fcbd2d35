import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseTokenRequest } from './token-request.ts'

const parse = (form: Readonly<Record<string, string>>) => parseTokenRequest(new Map(Object.entries(form)))
const refusal = (form: Readonly<Record<string, string>>) => {
  const parsed = parse(form)
  return parsed.ok ? parsed.value.kind : `${parsed.fault.code} ${String(Object.values(parsed.fault.saw)[0])}`
}

describe('a token request', () => {
  for (const grant_type of ['authorization_code', 'hybrid_auth_code'])
    test(`SF-25, SF-33: ${grant_type} is an exchange`, () =>
      deepEqual(parse({ grant_type, code: 'aPrx1', redirect_uri: 'https://a', code_verifier: 'v', scope: 'api' }), {
        ok: true,
        value: { kind: 'code', flow: grant_type, code: 'aPrx1', redirectUri: 'https://a', verifier: 'v' },
      }))

  for (const grant_type of ['refresh_token', 'hybrid_refresh'])
    test(`SF-26, SF-33: ${grant_type} is a refresh, and strays mean nothing (SF-13)`, () =>
      deepEqual(
        parse({
          grant_type,
          refresh_token: '5Aep1',
          scope: 'api',
          redirect_uri: 'x',
          code_verifier: 'v',
          device_id: '1',
        }),
        {
          ok: true,
          value: { kind: 'refresh', flow: grant_type, refreshToken: '5Aep1', scope: 'api' },
        },
      ))

  const unsupported = {
    'SF-27': 'password',
    'SF-28': 'client_credentials',
    'SF-29': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'SF-30': 'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'SF-31': 'device',
    'SF-32': 'urn:ietf:params:oauth:grant-type:token-exchange',
    'SF-33': 'hybrid_token',
    'a grant in another case': 'Refresh_Token',
    'a grant with a space': 'refresh_token ',
    'a word of every object': 'constructor',
  }
  for (const [fact, grantType] of Object.entries(unsupported))
    test(`SF-66: ${fact}, ${grantType}, is not supported`, () =>
      equal(refusal({ grant_type: grantType, refresh_token: 'x', code: 'x' }), `GRANT_TYPE_NOT_SUPPORTED ${grantType}`))

  test('a long grant type is cut before it gets into a record', () =>
    equal(refusal({ grant_type: 'x'.repeat(5000) }), `GRANT_TYPE_NOT_SUPPORTED ${'x'.repeat(80)}`))

  const missing: Record<string, Readonly<Record<string, string>>> = {
    grant_type: { refresh_token: 'x' },
    refresh_token: { grant_type: 'refresh_token' },
    code: { grant_type: 'authorization_code', redirect_uri: 'x' },
  }
  for (const [parameter, form] of Object.entries(missing))
    test(`without ${parameter}, or with an empty one, it names what is missing`, () => {
      equal(refusal(form), `PARAMETER_MISSING ${parameter}`)
      equal(refusal({ ...form, [parameter]: '' }), `PARAMETER_MISSING ${parameter}`)
    })

  test('SF-63: a missing redirect_uri is the exchange’s to refuse, in words of its own', () => {
    const parsed = parse({ grant_type: 'authorization_code', code: 'x' })
    equal(parsed.ok && parsed.value.kind === 'code' && parsed.value.redirectUri, undefined)
  })
})
