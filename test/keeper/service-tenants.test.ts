import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { decisionsOf } from './scene.ts'
import { openServiceScene, rivalToken, type Answer, type ServiceScene } from './service-scene.ts'

/** A route as the OpenAPI document has it. */
type Described = {
  readonly method: string
  readonly path: string
  readonly required: readonly string[]
}

/** What a rival may guess of another tenant: every name of it. */
const guesses: Readonly<Record<string, string>> = {
  ...{ id: 'canary', app: 'nightly', connection: 'canary', webhook: 'ours' },
  ...{ refresh_token: 'guessed', login_url: 'http://127.0.0.1:1', client_id: 'guessed' },
  url: 'http://localhost:1717/OauthRedirect?code=guessed&state=guessed',
}

async function describedRoutes(scene: ServiceScene): Promise<readonly Described[]> {
  const { body } = await scene.ask('/v1/openapi.json', { token: null })
  return Object.entries<Record<string, Operation>>(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, about]) => ({
      ...{ path, method: method.toUpperCase(), required: requiredIn(about) },
    })),
  )
}

type Operation = {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly required?: string[] } }>>
  }
}
const requiredIn = ({ requestBody }: Operation): readonly string[] =>
  requestBody?.content['application/json']?.schema.required ?? []

async function asRival(scene: ServiceScene, { method, path, required }: Described): Promise<Answer> {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => guesses[name] ?? 'canary')
  const body = Object.fromEntries(required.map((name) => [name, guesses[name] ?? 'guessed']))
  const takesBody = method !== 'GET' && method !== 'DELETE'
  return await scene.ask(url, { method, token: rivalToken, ...(takesBody ? { body } : {}) })
}

describe('P-28: a token belongs to one tenant', () => {
  let scene: ServiceScene
  let routes: readonly Described[]
  /** What the answers to the rival may not hold. */
  let secrets: readonly string[]

  const stateOfDefault = async (): Promise<unknown> => ({
    connections: await scene.service.keeper.connections(),
    apps: await scene.service.keeper.apps(),
    events: await scene.service.keeper.events(),
    decisions: await decisionsOf(scene.org),
  })

  before(async () => {
    scene = await openServiceScene()
    await scene.adopt('canary')
    const { body } = await scene.ask('/v1/connections/canary/access-token', { method: 'POST' })
    const { url, client } = scene.org
    secrets = [body.access_token, url, client.consumerKey, client.consumerSecret]
    routes = await describedRoutes(scene)
  })
  after(async () => await scene[Symbol.asyncDispose]())

  test('and no route, now or later, shows or changes what is another tenant’s', async (t) => {
    ok(routes.length >= 10, 'it saw the routes')
    ok(
      secrets.every((each) => each.length > 5),
      'it looks for something',
    )
    const untouched = await stateOfDefault()
    for (const route of routes) {
      const answer = await asRival(scene, route)
      const where = `${route.method} ${route.path}: ${answer.status} ${answer.text.slice(0, 300)}`
      t.diagnostic(where.slice(0, 100))
      ok(answer.status !== 500 && answer.status !== 401, where)
      ok(!secrets.some((each) => answer.text.includes(each)), where)
      const named = route.path.includes('{id}')
      if (named) equal(answer.status, 404, where) // as if it were not there
      deepEqual(await stateOfDefault(), untouched, where)
    }
  })

  test('and without a token nothing is told', async () => {
    for (const { method, path } of routes) {
      const url = path.replaceAll(/\{\w+\}/g, 'canary')
      equal((await scene.ask(url, { method, token: null })).status, 401, `${method} ${path}`)
    }
  })

  test('and the same names are other things to another tenant', async () => {
    await scene.adopt('canary', rivalToken)
    const [ours, theirs] = [
      await scene.ask('/v1/connections/canary'),
      await scene.ask('/v1/connections/canary', { token: rivalToken }),
    ]
    deepEqual([ours.body.id, theirs.body.id], ['canary', 'canary'])
    const removed = await scene.ask('/v1/connections/canary', { method: 'DELETE', token: rivalToken })
    deepEqual(removed.body, { revoked: true })
    equal((await scene.ask('/v1/connections/canary')).status, 200)
    const verified = await scene.ask('/v1/connections/canary/verify', { method: 'POST' })
    equal(verified.status, 200, verified.text)
  })

  test('and is not believed in the URL or in the body', async () => {
    for (const [path, ask] of [
      ['/v1/connections?tenant=default', {}],
      ['/v1/apps?tenant=default', {}],
      ['/v1/connections/canary/verify', { body: { tenant: 'default' } }],
    ] as const)
      ok([400, 422].includes((await scene.ask(path, { ...ask, token: rivalToken })).status), path)
  })
})
