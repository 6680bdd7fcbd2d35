import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import type { EventPage, Keeper } from '../../src/keeper/keeper-face.ts'
import { migrations } from '../../src/keeper/store/migrations.ts'
import { writes } from '../../src/keeper/store/writes.ts'
import { openStorage } from '../../src/storage/open.ts'
import { follow, serveEvents, type EventServer, type Told } from './event-kit.ts'
import { adopt, openVault, startReceiver, webhook } from './webhook-kit.ts'

const connectionOf = ({ data }: Told): string => JSON.parse(data).data.connection

async function served(t: TestContext): Promise<EventServer & { readonly keeper: Keeper }> {
  const keeper = await (await openVault(t)).open()
  return { keeper, ...(await serveEvents(t, keeper)) }
}

type Page = {
  readonly events: readonly { readonly id: string; readonly data: { readonly sequence: number } }[]
  readonly next: number
  readonly missed: unknown
}

async function pageOf(url: string, tenant = 'default'): Promise<Page> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${tenant}`, accept: 'application/json' } })
  return (await response.json()) as Page
}

describe('the stream of events', () => {
  test('tells what happens from now on, each event with its sequence and kind, as webhooks have it', async (t) => {
    const receiver = await startReceiver(t)
    const keeper = await (await openVault(t)).open({ webhooks: [webhook(receiver)] })
    const { url } = await serveEvents(t, keeper)
    await adopt(keeper, 'before')
    const reader = await follow(t, url)
    equal(reader.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    equal(reader.headers.get('cache-control'), 'no-store')
    await adopt(keeper, 'canary')
    const [told] = await reader.next(1)
    ok(told)
    deepEqual([told.id, told.event, connectionOf(told)], ['2', 'connection.recovered', 'canary'])
    await keeper.webhooks.deliver()
    equal(told.data, receiver.received.at(-1)?.body, 'the same words, so the same id')
  })

  test('says where it begins, so that who loses it before the first event misses none', async (t) => {
    const { keeper, url } = await served(t)
    await adopt(keeper, 'first')
    const reader = await follow(t, url)
    const begun = await reader.begins()
    equal(begun, '1')
    reader.leave()
    await adopt(keeper, 'meanwhile')
    const [told] = await (await follow(t, url, { after: begun })).next(1)
    equal(told && connectionOf(told), 'meanwhile')
  })

  test('is resumed by Last-Event-ID without a gap and without a double, at another process too', async (t) => {
    const vault = await openVault(t, 'shared')
    const [one, other] = [await vault.open(), await vault.open()]
    const [first, second] = [await serveEvents(t, one), await serveEvents(t, other)]
    const ids: string[] = []
    let reader = await follow(t, `${first.url}?after=0`)
    for (let i = 0; i < 12; i += 1) {
      await adopt(i % 2 === 0 ? one : other, `connection-${i}`)
      if (i % 4 !== 3) continue
      ids.push(...(await reader.next(2)).map(({ id }) => id))
      reader.leave() // in the middle of what there is
      reader = await follow(t, i === 3 ? second.url : `${first.url}?after=0`, { after: ids.at(-1) ?? '' })
    }
    ids.push(...(await reader.next(12 - ids.length)).map(({ id }) => id))
    deepEqual(
      ids,
      Array.from({ length: 12 }, (_, i) => String(i + 1)),
    )
  })

  test('goes through a backlog that is longer than a page', async (t) => {
    const { keeper, url } = await served(t)
    for (let i = 0; i < 120; i += 1) await adopt(keeper, `connection-${i}`)
    const all = await (await follow(t, `${url}?after=0`)).next(120)
    deepEqual(
      all.map(({ id }) => Number(id)),
      Array.from({ length: 120 }, (_, i) => i + 1),
    )
  })

  test('P-28: has the events of the caller’s tenant alone, and those of one connection where that is asked', async (t) => {
    const { keeper, url } = await served(t)
    const [ours, theirs] = [await follow(t, `${url}?connection=canary`), await follow(t, url, { tenant: 'rival' })]
    await adopt(keeper, 'parrot')
    await adopt(keeper, 'finch', { tenant: 'rival' })
    await adopt(keeper, 'canary')
    deepEqual((await ours.next(1)).map(connectionOf), ['canary'])
    deepEqual((await theirs.next(1)).map(connectionOf), ['finch'])
  })

  test('says so where it is resumed before what is kept, and behind what there ever was', async (t) => {
    const vault = await openVault(t, 'shared')
    const keeper = await vault.open()
    const { url } = await serveEvents(t, keeper)
    for (let i = 0; i < 6; i += 1) await adopt(keeper, `connection-${i}`)
    await prune(vault.folder, { keepEvents: 2 })
    const [missed, ...kept] = await (await follow(t, url, { after: '1' })).next(3)
    deepEqual([missed?.event, missed?.id], ['events.missed', '4'])
    const { after, up_to, next } = JSON.parse(missed?.data ?? '')
    deepEqual([after, up_to, next.length], [1, 4, 1])
    deepEqual(
      kept.map(({ id }) => id),
      ['5', '6'],
    )
    const restored = await (await follow(t, url, { after: '99' })).next(3)
    deepEqual(
      restored.map(({ id, event }) => `${id} ${event}`),
      [...['4 events.missed', '5 connection.recovered', '6 connection.recovered']],
    )
    equal((await follow(t, url, { after: '4' })).status, 200)
    deepEqual((await pageOf(`${url}?after=1`)).missed, { after: 1, up_to: 4 })
  })

  test('is alive while nothing happens', async (t) => {
    const keeper = await (await openVault(t)).open()
    const { url } = await serveEvents(t, keeper, { heartbeat: 20 })
    const reader = await follow(t, url)
    equal(await reader.comment(), ': alive')
    equal(await reader.comment(), ': alive')
  })

  test('is refused where as many are open as may be, and a place is free again when a reader has left', async (t) => {
    const keeper = await (await openVault(t)).open()
    const { url } = await serveEvents(t, keeper, { most: { ofAll: 3, ofOne: 2 } })
    const [first] = [await follow(t, url), await follow(t, url)]
    equal((await follow(t, url)).status, 503)
    equal((await follow(t, url, { tenant: 'rival' })).status, 200, 'another tenant has places of its own')
    first.leave()
    for (;;) {
      const { status } = await follow(t, url)
      if (status === 200) break
    }
  })

  test('drops a reader that does not read, after a bound, and holds no more for it than a page', async (t) => {
    const keeper = await (await openVault(t)).open()
    let pages = 0
    const event = {
      kind: 'connection.recovered',
      connection: 'canary',
      at: 1,
      data: JSON.stringify({ x: 'x'.repeat(2e5) }),
    }
    const over = Promise.withResolvers<void>()
    async function* endless(): AsyncGenerator<EventPage, void> {
      try {
        for (;;) yield await Promise.resolve({ events: [{ ...event, sequence: ++pages }], upTo: pages, more: true })
      } finally {
        over.resolve()
      }
    }
    const server = await serveEvents(t, { ...keeper, followEvents: endless }, { patience: 50 })
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    t.after(() => socket.destroy())
    socket.pause().write('GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer default\r\n\r\n')
    await server.logs('keeper.event-reader-dropped')
    await over.promise
    ok(pages < 200, `${pages} pages of 200 kB were made`)
  })

  test('ends when the server does, whoever reads, and leaves nothing to wait for', async (t) => {
    const { url, close } = await served(t)
    const readers = await Promise.all(Array.from({ length: 5 }, async () => await follow(t, url)))
    const began = performance.now()
    await close()
    ok(performance.now() - began < 2000)
    for (const each of readers) await each.ended()
  })

  test('ends when the keeper closes', async (t) => {
    const { keeper, url } = await served(t)
    const reader = await follow(t, url)
    await keeper.close()
    await reader.ended()
  })

  test('tells what is wrong with what was asked', async (t) => {
    const { url } = await served(t)
    equal((await fetch(url)).status, 401)
    equal((await follow(t, `${url}?after=x`)).status, 400)
    equal((await follow(t, `${url}?since=1`)).status, 400)
    equal((await follow(t, url, { after: 'abc' })).status, 400)
  })
})

describe('the pages of events', () => {
  test('lead on to the next, also where there is none yet', async (t) => {
    const { keeper, url } = await served(t)
    for (let i = 0; i < 5; i += 1) await adopt(keeper, `connection-${i}`)
    const sizes: number[] = []
    let next = 0
    for (let i = 0; i < 4; i += 1) {
      const page = await pageOf(`${url}?limit=2&after=${next}`)
      sizes.push(page.events.length)
      equal(page.missed, null)
      next = page.next
    }
    deepEqual([sizes, next], [[2, 2, 1, 0], 5])
    const page = await pageOf(`${url}?connection=connection-3`)
    deepEqual(
      page.events.map(({ data }) => data.sequence),
      [4],
    )
    match(page.events[0]?.id ?? '', /^evt_/)
    equal((await pageOf(url, 'rival')).events.length, 0)
  })
})

/** As the keeper's upkeep does. */
async function prune(folder: string, { keepEvents }: { readonly keepEvents: number }): Promise<void> {
  const writesModule = new URL('../../src/keeper/store/writes.ts', import.meta.url)
  const storage = await openStorage({
    ...{ url: `sqlite:${folder}`, system: 'keeper', migrations, writes, writesModule, sharing: 'several-processes' },
  })
  const before = { eventsBefore: 0, attemptsBefore: 0, introspectionsBefore: 0, removedBefore: 0 }
  equal((await storage.write('pruneKeeper', { ...before, keepEvents, most: 100 })).kind, 'committed')
  await storage.close()
}
