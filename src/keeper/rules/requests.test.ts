import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  codeRequest,
  introspectionRequest,
  proofOf,
  readIntrospection,
  refreshRequest,
  revocationRequest,
  type AppCredentials,
} from './requests.ts'

const app: AppCredentials = { clientId: '3MVG9', clientSecret: 's3cr3t&=', authentication: 'post' }

describe('a request to the token endpoint', () => {
  test('has the secret in its form, encoded', () => {
    const { path, body, authorization } = refreshRequest(app, '5Aep.x')
    equal(path, '/services/oauth2/token')
    equal(authorization, undefined)
    deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: 'refresh_token',
      refresh_token: '5Aep.x',
      client_id: '3MVG9',
      client_secret: 's3cr3t&=',
    })
  })
  test('or in its header, each part encoded as in a form', () => {
    const { authorization, body } = refreshRequest({ ...app, authentication: 'basic' }, '5Aep')
    equal(atob(authorization?.slice('Basic '.length) ?? ''), '3MVG9:s3cr3t%26%3D')
    equal(body.includes('s3cr3t'), false)
  })
  test('of a public client has its id and no secret', () => {
    const { body } = codeRequest(
      { ...app, clientSecret: undefined },
      { code: 'c', redirectUri: 'http://x/', verifier: 'v' },
    )
    equal(new URLSearchParams(body).has('client_secret'), false)
    equal(new URLSearchParams(body).get('code_verifier'), 'v')
  })
  test('of an app with a key holds an assertion, made when the request is, and neither secret nor header (RFC 7523)', () => {
    let made = 0
    const assertion = { make: () => `jwt ${(made += 1)}`, fingerprint: 'f' }
    const keyed: AppCredentials = { ...app, clientSecret: undefined, authentication: 'private_key_jwt', assertion }
    const { body, authorization } = refreshRequest(keyed, '5Aep.x')
    equal(authorization, undefined)
    deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: 'refresh_token',
      refresh_token: '5Aep.x',
      client_id: '3MVG9',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'jwt 1',
    })
    equal(new URLSearchParams(introspectionRequest(keyed, 't').body).get('client_assertion'), 'jwt 2')
    const code = codeRequest(keyed, { code: 'c', redirectUri: 'http://x/', verifier: 'v' })
    equal(new URLSearchParams(code.body).get('client_assertion'), 'jwt 3')
  })
  test('has another name with another secret or key, and the same with the same', () => {
    const name = (about: Partial<AppCredentials>): string => JSON.stringify(proofOf({ ...app, ...about }))
    const keyed = (fingerprint: string) => ({ clientSecret: undefined, assertion: { make: () => '', fingerprint } })
    const names = [name({}), name({ clientSecret: 'other' }), name({ clientSecret: undefined }), name(keyed('a'))]
    equal(new Set([...names, name(keyed('b')), name(keyed('a'))]).size, 5)
  })
  test('for introspection says what the token is; for revocation it proves nothing', () => {
    equal(new URLSearchParams(introspectionRequest(app, 't').body).get('token_type_hint'), 'refresh_token')
    deepEqual(revocationRequest('t').body, 'token=t')
  })
})

test('only a whole and well-formed answer of an introspection counts', () => {
  deepEqual(
    [
      readIntrospection(200, '{"active":true}'),
      readIntrospection(200, '{"active":false}'),
      readIntrospection(200, '{"active":"true"}'),
      readIntrospection(200, '{"active":tr'),
      readIntrospection(401, '{"active":false}'),
      readIntrospection(200, '[]'),
    ],
    ['active', 'inactive', 'cannot-tell', 'cannot-tell', 'cannot-tell', 'cannot-tell'],
  )
})
