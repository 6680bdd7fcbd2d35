/** Webhooks as the configuration makes them, and as they are seen over HTTP. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import { follow } from './event-kit.ts'
import { askAt, openService, rivalToken, type Ask, type Answer } from './service-scene.ts'
import { adopt, canaryToken, signingSecret, startReceiver } from './webhook-kit.ts'

test('the service tells configured webhooks, shows how that goes, tests and resumes them, each to its own tenant', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'keeper-hooks-'))
  t.after(async () => await rm(folder, { recursive: true, force: true }))
  const receiver = await startReceiver(t)
  const about = { secret: secret(signingSecret), allowPrivate: true, fromStart: false }
  const service = await openService(folder, {
    webhooks: [
      { ...about, name: 'pager', url: secret(receiver.url) },
      { ...about, name: 'theirs', tenant: 'rival', url: secret(receiver.url) },
    ],
  })
  t.after(async () => await service.close())
  const { keeper } = service
  const token = service.token.token.expose()
  const ask = async (path: string, more: Ask = {}): Promise<Answer> =>
    await askAt(`${service.url}/v1/${path}`, { token, ...more })
  const post = async (path: string, more: Ask = {}): Promise<Answer> => await ask(path, { method: 'POST', ...more })

  const reader = await follow(t, `${service.url}/v1/events`, { tenant: token })
  await adopt(keeper, 'canary')
  await adopt(keeper, 'parrot', { tenant: 'rival' })
  equal((await reader.next(1))[0]?.event, 'connection.recovered')
  receiver.answer = 410
  equal(await keeper.webhooks.deliver(), 2)
  const { webhooks } = (await ask('webhooks')).body
  equal(webhooks.length, 1)
  const [{ name, host, pending, failures, last_failure, disabled_at, last_success_at }] = webhooks
  deepEqual([name, host, pending, failures, last_success_at], ['pager', new URL(receiver.url).host, 1, 1, null])
  match(last_failure, /answered 410/)
  const metrics = async (): Promise<string> => (await askAt(`${service.url}/metrics`, {})).text
  const down = await metrics()
  match(down, /^sallyport_keeper_webhook_attempts_total\{end="failed"\} 2$/m)
  match(down, /^sallyport_keeper_webhook_events_waiting 2$/m)
  match(down, /^sallyport_keeper_webhook_oldest_seconds 0\.\d+$/m)
  ok(Date.parse(disabled_at) > 0)
  const said = JSON.stringify(webhooks)
  for (const leak of [signingSecret, canaryToken, 'canaryPath']) equal(said.includes(leak), false)

  deepEqual((await post('webhooks/pager/test')).body, { delivered: false, why: 'it answered 410' })
  receiver.answer = 204
  deepEqual((await post('webhooks/pager/test')).body, { delivered: true, status: 204 })
  equal((await post('webhooks/pager/resume')).body.disabled_at, null)
  equal(await keeper.webhooks.deliver(), 1)
  match(await metrics(), /^sallyport_keeper_webhook_attempts_total\{end="delivered"\} 1$/m)
  equal((await post('webhooks/theirs/test')).body.code, 'UNKNOWN_WEBHOOK')
  equal((await post('webhooks/theirs/test', { token: rivalToken })).status, 200)
  equal((await ask('webhooks', { token: null })).status, 401)

  const page = (await ask('events?after=1')).body
  deepEqual(
    page.events.map(({ type }: { type: string }) => type),
    ['webhook.disabled'],
  )
  const paths = Object.keys((await askAt(`${service.url}/v1/openapi.json`, {})).body.paths)
  for (const path of ['/v1/events', '/v1/webhooks', '/v1/webhooks/{name}/test', '/v1/webhooks/{name}/resume'])
    ok(paths.includes(path), path)
  const began = performance.now()
  await service.close()
  ok(performance.now() - began < 5000, 'the stream does not hold it up')
  await reader.ended()
})
