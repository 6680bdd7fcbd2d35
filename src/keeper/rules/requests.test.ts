import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  codeRequest,
  introspectionRequest,
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
