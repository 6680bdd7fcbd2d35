/** What a webhook is told of connections to a real org. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { secret } from '../../src/values/secret.ts'
import { minutes } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { openScene } from './scene.ts'
import { startReceiver, webhook } from './webhook-kit.ts'
import { withoutIdToken } from '../kit/without-id-token.ts'

type Told = {
  readonly type: string
  readonly data: {
    readonly connection: string
    readonly next: readonly string[]
    readonly explanations?: readonly unknown[]
  }
}

test('a token in doubt, its recovery and its end are told once each, with what is known and what to do, and without a secret', async (t) => {
  const receiver = await startReceiver(t)
  const time = bentTime()
  await using scene = await openScene({ environment: time.environment, webhooks: [webhook(receiver)] })
  const { keeper, org } = scene
  const { refresh_token } = await org.grant(withoutIdToken)
  await keeper.adopt({ id: 'other', app: 'nightly', refreshToken: secret(refresh_token) })
  const tokens = [refresh_token]
  const seen = (token: { readonly accessToken: { readonly expose: () => string } }): void =>
    void tokens.push(token.accessToken.expose())

  org.faults.add({ kind: 'unavailable' }, { times: 1 })
  for (let i = 0; i < 3; i += 1) await rejects(keeper.accessToken('canary'))
  time.ahead(minutes(7))
  seen(await keeper.accessToken('canary'))
  await org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
  for (let i = 0; i < 3; i += 1) await rejects(keeper.verify('canary'))
  await keeper.webhooks.deliver()

  const told = receiver.received.map(({ body }) => JSON.parse(body) as Told)
  deepEqual(
    told.filter(({ data }) => data.connection === 'canary').map(({ type }) => type.replace('connection.', '')),
    ['recovered', 'in_doubt', 'recovered', 'reauthorization_required'],
  )
  const [doubt, end] = ['in_doubt', 'reauthorization_required'].map((kind) =>
    told.find(({ type }) => type.endsWith(kind)),
  )
  ok(doubt && end && doubt.data.next.length > 0 && (end.data.explanations?.length ?? 0) > 0)
  match(end.data.next.join(' '), /[Aa]uthorize/)
  equal(new Set(receiver.received.map(({ id }) => id)).size, 5)
  const said = [...receiver.received.map(({ body }) => body), ...scene.logged].join('\n')
  for (const leak of [...tokens, org.client.consumerSecret]) equal(said.includes(leak), false)
  equal(tokens.length, 2)
})
