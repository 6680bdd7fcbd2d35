/** What an idle org does not need costs memory and time in every test that starts one; so it is loaded when it is asked for. */
import { deepEqual, equal } from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { after, before, describe, test } from 'node:test'
import type { TestOrg } from '../../src/testing.ts'

const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    loaded.add(url)
    return next(url, context)
  },
})
const { startOrg } = await import('../../src/testing.ts')

const late = {
  'the compilers of schemas': /node_modules\/(?:ajv|@fastify\/(?:ajv|fast-json-stringify)-compiler)\//,
  'the generator of the OpenAPI document': /node_modules\/@fastify\/swagger\//,
  'the admin API': /src\/org\/admin\/admin\.ts$/,
  'the Metadata API': /src\/(?:org\/metadata-api\/(?!lane)|documents\/(?:xml|zip))/,
  'signatures and their keys': /node_modules\/jose\//,
} as const
const areLoaded = (): readonly string[] =>
  Object.entries(late).flatMap(([name, file]) => ([...loaded].some((url) => file.test(url)) ? [name] : []))

describe('an org that was started', () => {
  let org: TestOrg
  before(async () => (org = await startOrg()))
  after(() => org.close())

  test('has loaded its own parts, and nothing that it may never need', () => {
    equal(
      [...loaded].some((url) => url.endsWith('src/org/org.ts')),
      true,
    )
    deepEqual(areLoaded(), [])
  })

  test('loads the admin API with its first call, and the generator with the first request for the document', async () => {
    equal((await org.admin('/apps')).status, 200)
    deepEqual(areLoaded(), ['the admin API'])
    equal((await fetch(`${org.url}/admin/openapi.json`)).status, 200)
    equal(areLoaded().includes('the generator of the OpenAPI document'), true)
  })

  test('loads the Metadata API with its first call', async () => {
    const answer = await fetch(`${org.url}/services/Soap/m/62.0`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
    })
    equal(answer.status, 500)
    equal(areLoaded().includes('the Metadata API'), true)
  })

  test('loads what signs with the first request for its keys', async () => {
    equal((await fetch(`${org.url}/id/keys`)).status, 200)
    equal(areLoaded().includes('signatures and their keys'), true)
  })
})
