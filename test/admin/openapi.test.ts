import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startOrg, type TestOrg } from '../../src/testing.ts'

type Operation = {
  summary?: string
  parameters?: { name: string; in: string }[]
  responses: Record<string, unknown>
  requestBody?: unknown
}
type Document = {
  openapi: string
  info: { title: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

describe('the OpenAPI document', () => {
  let org: TestOrg
  let document: Document
  before(async () => {
    org = await startOrg()
    document = (await (await fetch(`${org.url}/admin/openapi.json`)).json()) as Document
  })
  after(() => org.close())

  test('is 3.1.0 and needs no token', () => equal(document.openapi, '3.1.0'))

  test('has every call of the admin API and the testing plane', () => {
    const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/^\/admin\/v1/, '')}`),
    )
    const singles = [
      '/organization',
      '/settings/security',
      '/settings/oauth-oidc',
      '/settings/connected-app',
      '/settings/external-client-app',
    ]
    const expected = [
      ...['GET /apps', 'POST /apps', 'GET /apps/{name}', 'PATCH /apps/{name}', 'DELETE /apps/{name}'],
      ...['POST /apps/{name}/rotate-consumer-secret', 'POST /apps/{name}/explain'],
      ...['GET /apps/{name}/refresh-token-ip-allowlist', 'PUT /apps/{name}/refresh-token-ip-allowlist'],
      ...[
        'GET /oauth-usage',
        'POST /oauth-usage/revoke',
        'GET /login-history',
        'GET /ip-monitoring',
        'GET /setup-audit-trail',
      ],
      ...['GET /users', 'POST /users', 'GET /users/{name}', 'PATCH /users/{name}'],
      ...['GET /users/{name}/verification-code', 'DELETE /users/{name}/verification-code'],
      ...['profiles', 'permission-sets'].flatMap((list) => [
        ...[`GET /${list}`, `POST /${list}`, `GET /${list}/{name}`, `PATCH /${list}/{name}`, `DELETE /${list}/{name}`],
      ]),
      ...singles.flatMap((path) => [`GET ${path}`, `PATCH ${path}`]),
      ...['GET /keyring', 'POST /keyring/rotate'],
      ...['POST /store/backup', 'GET /store/epoch', 'POST /store/epoch'],
      ...['GET /testing/v1/clock', 'POST /testing/v1/clock', 'POST /testing/v1/reset'],
      ...['GET /testing/v1/faults', 'POST /testing/v1/faults', 'DELETE /testing/v1/faults'],
    ]
    deepEqual(calls.toSorted(), expected.toSorted())
  })

  test('describes each call: a summary, its path parameters, a success and its problems', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    ok(operations.length > 40)
    for (const { path, method, operation } of operations) {
      ok(operation.summary, `${method} ${path} has no summary`)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (operation.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name)
      deepEqual(declared, named)
      ok(
        Object.keys(operation.responses).some((status) => status.startsWith('2')),
        `${method} ${path} has no success`,
      )
      ok('4XX' in operation.responses, `${method} ${path} has no problem`)
      if (['post', 'put', 'patch'].includes(method) && !/rotate|reset|backup/.test(path))
        ok(operation.requestBody, `${method} ${path} has no body`)
    }
  })

  test('every reference leads somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
    ok(references.length > 0)
    for (const [, name] of references) ok(name !== undefined && name in document.components.schemas, name)
  })
})
