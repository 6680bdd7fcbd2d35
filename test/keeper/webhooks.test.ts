import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { secret } from '../../src/values/secret.ts'
import { days, hours, minutes, seconds } from '../../src/values/time.ts'
import {
  adopt,
  canaryToken,
  newSecret,
  openVault,
  signingSecret,
  startReceiver,
  verify,
  webhook,
} from './webhook-kit.ts'

const connections = (all: readonly { readonly connection: string }[]): readonly string[] =>
  all.map(({ connection }) => connection)

describe('a webhook', () => {
  test('is told of an event as Standard Webhooks has it, signed with each of its secrets, and of no secret', async (t) => {
    const [vault, receiver, former] = [await openVault(t), await startReceiver(t), newSecret()]
    const both = secret(`${signingSecret} ${former}`)
    const keeper = await vault.open({ webhooks: [webhook(receiver, { secret: both })] })
    await adopt(keeper, 'canary')
    equal(await keeper.webhooks.deliver(), 1)
    const [first] = receiver.received
    ok(first)
    verify(first, signingSecret)
    verify(first, former)
    const { id, type, timestamp, data } = JSON.parse(first.body)
    equal(first.headers['webhook-id'], id)
    match(id, /^evt_[\w-]{27}$/)
    deepEqual([type, data.connection, data.sequence, data.next], ['connection.recovered', 'canary', 1, []])
    ok(Math.abs(Date.parse(timestamp) / 1000 - Number(first.headers['webhook-timestamp'])) < 10)
    const said = [first.body, ...vault.logged, JSON.stringify(await keeper.webhooks.list())].join('\n')
    for (const leak of [canaryToken, signingSecret.slice(6), former.slice(6), 'canaryPath'])
      equal(said.includes(leak), false, `${leak} is told to nobody`)
    equal(await keeper.webhooks.deliver(), 0, 'once is enough')
  })

  test('P-28: is told of its own tenant’s events alone', async (t) => {
    const [vault, ours, theirs] = [await openVault(t), await startReceiver(t), await startReceiver(t)]
    const keeper = await vault.open({
      webhooks: [
        webhook(ours),
        webhook(theirs, { tenant: 'rival' }),
        webhook(theirs, { tenant: 'idle', name: 'other' }),
      ],
    })
    await adopt(keeper, 'canary')
    await adopt(keeper, 'parrot', { tenant: 'rival' })
    equal(await keeper.webhooks.deliver(), 2)
    deepEqual([connections(ours.received), connections(theirs.received)], [['canary'], ['parrot']])
    deepEqual(
      (await keeper.webhooks.list({ tenant: 'rival' })).map(({ tenant, name }) => [tenant, name]),
      [['rival', 'pager']],
    )
    await rejects(keeper.webhooks.test({ name: 'other' }), ({ code }: KeeperError) => code === 'UNKNOWN_WEBHOOK')
  })

  test('that is new hears of what happens from now on, and of the past where that is said', async (t) => {
    const [vault, now, all] = [await openVault(t, 'shared'), await startReceiver(t), await startReceiver(t)]
    await adopt(await vault.open(), 'before')
    const keeper = await vault.open({ webhooks: [webhook(now), webhook(all, { name: 'archive', fromStart: true })] })
    await adopt(keeper, 'after')
    await keeper.webhooks.deliver()
    deepEqual([connections(now.received), connections(all.received)], [['after'], ['before', 'after']])
  })

  test('goes on where it was when its keeper was away', async (t) => {
    const [vault, receiver] = [await openVault(t, 'shared'), await startReceiver(t)]
    const first = await vault.open({ webhooks: [webhook(receiver)] })
    await first.close()
    await adopt(await vault.open(), 'meanwhile')
    await (await vault.open({ webhooks: [webhook(receiver)] })).webhooks.deliver()
    deepEqual(connections(receiver.received), ['meanwhile'])
  })

  test('hears of the kinds that it wants', async (t) => {
    const [vault, receiver] = [await openVault(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver, { events: ['connection.in_doubt'] })] })
    await adopt(keeper, 'canary')
    equal(await keeper.webhooks.deliver(), 0)
    await rejects(
      vault.open({ webhooks: [webhook(receiver, { events: ['connection.indoubt'] })] }),
      /pager wants "connection.indoubt", which is no event. There are: connection.reauthorization_required,/,
    )
  })

  test('is tested without waiting for an event, and says what came of it', async (t) => {
    const [vault, receiver] = [await openVault(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver)] })
    deepEqual(await keeper.webhooks.test({ name: 'pager' }), { delivered: true, status: 204 })
    receiver.answer = 500
    deepEqual(await keeper.webhooks.test({ name: 'pager' }), { delivered: false, why: 'it answered 500' })
    const [first] = receiver.received
    ok(first)
    verify(first, signingSecret)
    equal(first.type, 'webhook.test')
  })
})

describe('an event that was not taken', () => {
  test('is sent again with growing pauses under the same id, in order with its connection, and holds up no other', async (t) => {
    const [vault, receiver] = [await openVault(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver)] })
    receiver.answer = (response, { connection }) => void response.writeHead(connection === 'canary' ? 500 : 204).end()
    await adopt(keeper, 'canary')
    await keeper.webhooks.deliver()
    await keeper.remove('canary')
    await adopt(keeper, 'canary') // a second event of the same connection
    await adopt(keeper, 'parrot')
    equal(await keeper.webhooks.deliver(), 1)
    vault.time.ahead(seconds(7))
    equal(await keeper.webhooks.deliver(), 1)
    vault.time.ahead(minutes(3))
    equal(await keeper.webhooks.deliver(), 0, 'the next pause is five minutes long, give or take one')
    deepEqual(connections(receiver.received), ['canary', 'parrot', 'canary'])
    const [view] = await keeper.webhooks.list()
    deepEqual([view?.failures, view?.lastFailure, view?.pending], [1, 'it answered 500', 2])
    receiver.answer = 204
    vault.time.ahead(minutes(7))
    equal(await keeper.webhooks.deliver(), 2)
    const ids = receiver.received.filter(({ connection }) => connection === 'canary').map(({ id }) => id)
    deepEqual([new Set(ids.slice(0, 3)).size, new Set(ids).size], [1, 2], 'thrice the first, then the second')
    const stamps = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']))
    ok((stamps[3] ?? 0) - (stamps[0] ?? 0) >= 400, 'signed at the time of the attempt')
    equal((await keeper.webhooks.list())[0]?.pending, 0)
  })

  test('is given up after some three days, which is told once, and not to the webhook itself', async (t) => {
    const [vault, deaf, other] = [await openVault(t), await startReceiver(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(deaf, { name: 'deaf' }), webhook(other, { name: 'other' })] })
    deaf.answer = 503
    await adopt(keeper, 'canary')
    await adopt(keeper, 'parrot')
    let end = 0
    for (let at = 0; end === 0; at += hours(1)) {
      vault.time.ahead(at)
      await keeper.webhooks.deliver()
      if ((await keeper.webhooks.list()).find(({ name }) => name === 'deaf')?.gaveUp === 2) end = at
    }
    ok(end >= days(2.4) && end <= days(4.5), `it took ${end / days(1)} days`)
    equal(deaf.received.length, 20, 'ten attempts each')
    await keeper.webhooks.deliver()
    const [told, ...more] = other.received.filter(({ type }) => type === 'webhook.gave_up')
    deepEqual(more, [], 'one incident, one event')
    const { data } = JSON.parse(told?.body ?? '')
    deepEqual([data.webhook, data.undelivered.type, data.why], ['deaf', 'connection.recovered', 'it answered 503'])
    equal(
      deaf.received.some(({ type }) => type !== 'connection.recovered'),
      false,
    )
  })

  test('does not let a receiver that is down be asked for every event, and all goes out when it is back', async (t) => {
    const [vault, receiver] = [await openVault(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver)] })
    receiver.answer = 502
    for (let i = 0; i < 8; i += 1) await adopt(keeper, `connection-${i}`)
    equal(await keeper.webhooks.deliver(), 3)
    vault.time.ahead(seconds(7))
    receiver.answer = 204
    equal(await keeper.webhooks.deliver(), 8)
    deepEqual(new Set(connections(receiver.received.slice(3))).size, 8)
  })

  test('and was answered with 410 disables the webhook, until it is resumed', async (t) => {
    const [vault, receiver] = [await openVault(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver)] })
    receiver.answer = 410
    await adopt(keeper, 'canary')
    await keeper.webhooks.deliver()
    receiver.answer = 204
    vault.time.ahead(hours(100))
    equal(await keeper.webhooks.deliver(), 0)
    const [view] = await keeper.webhooks.list()
    ok(view?.disabledAt !== undefined)
    match(view.lastFailure ?? '', /answered 410/)
    equal((await keeper.events()).at(-1)?.kind, 'webhook.disabled')
    equal((await keeper.webhooks.resume({ name: 'pager' })).disabledAt, undefined)
    equal(await keeper.webhooks.deliver(), 1)
    const [first, again] = receiver.received
    equal(first?.id, again?.id)
  })

  test('is what a redirect makes of it, which is not followed', async (t) => {
    const [vault, receiver, elsewhere] = [await openVault(t), await startReceiver(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver)] })
    receiver.answer = (response) => void response.writeHead(307, { location: elsewhere.url }).end()
    await adopt(keeper, 'canary')
    await keeper.webhooks.deliver()
    equal(elsewhere.received.length, 0)
    match((await keeper.webhooks.list())[0]?.lastFailure ?? '', /^it answered 307: a redirect, which is not followed/)
  })

  test('is what silence makes of it, and an answer that comes byte by byte', async (t) => {
    const [vault, receiver] = [await openVault(t), await startReceiver(t)]
    const keeper = await vault.open({ webhooks: [webhook(receiver)], environment: { webhookTerms: { attempt: 200 } } })
    receiver.answer = () => undefined
    await adopt(keeper, 'canary')
    equal(await keeper.webhooks.deliver(), 1)
    equal((await keeper.webhooks.list())[0]?.lastFailure, 'it did not answer within 200 ms')
    receiver.answer = ({ socket }) => {
      const dripping = setInterval(() => socket?.write('H'), 20)
      socket?.once('close', () => clearInterval(dripping))
    }
    vault.time.ahead(seconds(7))
    equal(await keeper.webhooks.deliver(), 1)
    equal((await keeper.webhooks.list())[0]?.failures, 2)
  })
})

test('an answer is judged by its head: a body without end is cut off, however slow or large it is', async (t) => {
  const [vault, receiver] = [await openVault(t), await startReceiver(t)]
  const keeper = await vault.open({ webhooks: [webhook(receiver)], environment: { webhookTerms: { attempt: 500 } } })
  receiver.answer = (response) => {
    response.writeHead(200)
    const more = setInterval(() => response.write('x'.repeat(32 * 1024)), 5)
    response.once('close', () => clearInterval(more))
  }
  await adopt(keeper, 'canary')
  equal(await keeper.webhooks.deliver(), 1)
  const [view] = await keeper.webhooks.list()
  deepEqual([view?.failures, view?.pending], [0, 0])
})

test('a keeper that closes breaks off a delivery that hangs, which counts for nothing', async (t) => {
  const [vault, receiver] = [await openVault(t, 'shared'), await startReceiver(t)]
  const keeper = await vault.open({ webhooks: [webhook(receiver)], environment: { webhookTerms: { grace: 10 } } })
  receiver.answer = () => undefined
  await adopt(keeper, 'canary')
  const delivering = keeper.webhooks.deliver()
  await receiver.has(1)
  await keeper.close()
  equal(await delivering, 1)
  receiver.answer = 204
  const next = await vault.open({ webhooks: [webhook(receiver)] })
  equal(await next.webhooks.deliver(), 1)
  const [first, again] = receiver.received
  equal(first?.id, again?.id)
  equal((await next.webhooks.list())[0]?.failures, 0)
})
