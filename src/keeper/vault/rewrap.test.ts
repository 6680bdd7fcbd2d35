import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { settleMs } from '../rules/drop-key.ts'
import { secret } from '../../values/secret.ts'
import { openEnvelope, type Envelope } from './envelope.ts'
import { openKeyring, type HeldKeyring, type WrappedKey } from './keyring.ts'
import type { Owner, Place } from './place.ts'
import { rewrapAll, rewrapDataKey, type RewrapStore } from './rewrap.ts'

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count))

/** Rows as a store keeps them, and the calls that it gets: each may be made to fail. */
class Rows {
  readonly rows = new Map<string, { owner: Owner; dataKey: WrappedKey; sealed: Uint8Array }>()
  calls = 0
  failAt = Infinity
  replaceIsLate: (owner: Owner) => boolean = () => false

  readonly store: RewrapStore = {
    countUses: () => this.answer(() => this.uses()),
    find: (key, limit) =>
      this.answer(() =>
        [...this.rows.values()]
          .filter(({ dataKey }) => dataKey.key === key)
          .slice(0, limit)
          .map(({ owner, dataKey }) => ({ owner, wrapped: dataKey })),
      ),
    replace: ({ owner, wrapped, by }) =>
      this.answer(() => {
        const row = this.rows.get(JSON.stringify(owner))
        if (row?.dataKey !== wrapped || this.replaceIsLate(owner)) return false
        row.dataKey = by
        return true
      }),
  }

  uses(): { key: string; count: number }[] {
    const counts = new Map<string, number>()
    for (const { dataKey } of this.rows.values()) counts.set(dataKey.key, (counts.get(dataKey.key) ?? 0) + 1)
    return [...counts].map(([key, count]) => ({ key, count }))
  }

  private async answer<T>(work: () => T): Promise<T> {
    this.calls += 1
    if (this.calls === this.failAt) throw new Error('store gone')
    await Promise.resolve()
    return work()
  }
}

const placeOf = (owner: Owner): Place => ({ owner, purpose: 'refresh-token', generation: 1, attempt: 0 })

/** A vault with `count` connections and one app, all under one key, and a newer key that is current. */
async function vault(t: TestContext, count = 5) {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-rewrap-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  let now = 0
  const source = { kind: 'file', path: join(folder, 'keyring.json'), vaultIsNew: true } as const
  const keyring = await openKeyring(source, { random, clock: () => now })
  const envelope = openEnvelope({ keyring, random, monotonic: () => 0 })
  const rows = new Rows()
  const owners = Array.from({ length: count }, (_, n): Owner => ({ kind: 'connection', tenant: 't', id: `c${n}` }))
  for (const owner of [...owners, { kind: 'app', tenant: 't', id: 'c0' } as const]) await put(rows, { envelope, owner })
  const old = keyring.current
  await keyring.addKey()
  return { keyring, envelope, rows, old, pass: (ms: number) => (now += ms) }
}

async function put(rows: Rows, { envelope, owner }: { envelope: Envelope; owner: Owner }): Promise<void> {
  const dataKey = await envelope.newDataKey(owner)
  const sealed = await envelope.sealText(secret(`token of ${owner.id}`), { place: placeOf(owner), dataKey })
  rows.rows.set(JSON.stringify(owner), { owner, dataKey, sealed })
}

async function everythingOpens(rows: Rows, keyring: HeldKeyring): Promise<void> {
  const envelope = openEnvelope({ keyring, random, monotonic: () => 0 })
  ok(rows.rows.size > 0)
  for (const { owner, dataKey, sealed } of rows.rows.values()) {
    const text = await envelope.openText(sealed, { place: placeOf(owner), dataKey })
    equal(text.expose(), `token of ${owner.id}`)
  }
}

describe('re-wrapping', () => {
  test('moves every data key to the current key, in pages, and touches no secret', async (t) => {
    const { keyring, rows, old, pass } = await vault(t, 7)
    const before = [...rows.rows.values()].map(({ sealed }) => sealed)
    const done = await rewrapAll({ keyring, store: rows.store }, { page: 3 })
    deepEqual(done, { rewrapped: 8, changedMeanwhile: 0, failed: [], finished: true })
    deepEqual(rows.uses(), [{ key: keyring.current, count: 8 }])
    deepEqual(
      [...rows.rows.values()].map(({ sealed }) => sealed),
      before,
    )
    pass(settleMs)
    const count = (): Promise<number> => Promise.resolve(rows.uses().find(({ key }) => key === old)?.count ?? 0)
    equal((await keyring.dropKey(old, count)).ok, true)
    await everythingOpens(rows, keyring)
  })

  test('again does nothing', async (t) => {
    const { keyring, rows } = await vault(t)
    await rewrapAll({ keyring, store: rows.store })
    equal((await rewrapAll({ keyring, store: rows.store })).rewrapped, 0)
  })

  test('interrupted at any call of the store loses nothing, and the next run ends it', async (t) => {
    for (let failAt = 1; ; failAt += 1) {
      const { keyring, rows } = await vault(t, 3)
      rows.failAt = failAt
      const failed = await rewrapAll({ keyring, store: rows.store }, { page: 2 }).then(
        () => false,
        () => true,
      )
      await everythingOpens(rows, keyring)
      rows.failAt = Infinity
      await rewrapAll({ keyring, store: rows.store }, { page: 2 })
      deepEqual(rows.uses(), [{ key: keyring.current, count: 4 }])
      await everythingOpens(rows, keyring)
      if (!failed) {
        ok(failAt > 5)
        return
      }
    }
  })

  test('stops between two rows when it is told to, and goes on later', async (t) => {
    const { keyring, rows } = await vault(t)
    const stop = new AbortController()
    const stopping: RewrapStore = {
      ...rows.store,
      replace: async (change) => {
        if (change.owner.id === 'c1') stop.abort()
        return await rows.store.replace(change)
      },
    }
    const done = await rewrapAll({ keyring, store: stopping }, { stop: stop.signal })
    deepEqual([done.finished, done.rewrapped], [false, 2])
    await everythingOpens(rows, keyring)
    deepEqual(await rewrapAll({ keyring, store: rows.store }), {
      rewrapped: 4,
      changedMeanwhile: 0,
      failed: [],
      finished: true,
    })
  })

  test('names a row that does not open, leaves it, and goes on past whole pages of such', async (t) => {
    const { keyring, rows, old } = await vault(t, 6)
    const broken = [...rows.rows.values()].slice(0, 4)
    for (const row of broken) row.dataKey = { key: old, bytes: random(61) }
    const done = await rewrapAll({ keyring, store: rows.store }, { page: 2 })
    deepEqual(
      done.failed.map(({ owner, fault }) => `${owner.id} ${fault.kind}`),
      broken.map(({ owner }) => `${owner.id} moved-or-damaged`),
    )
    equal(done.rewrapped, 3)
    equal(done.finished, true)
  })

  test('names what lies under a key that the keyring does not have', async (t) => {
    const { keyring, rows } = await vault(t, 1)
    const [row] = rows.rows.values()
    ok(row)
    row.dataKey = { ...row.dataKey, key: 'ffffffffffffffff' }
    const done = await rewrapAll({ keyring, store: rows.store })
    deepEqual(
      done.failed.map(({ fault }) => fault.kind),
      ['wrong-keyring'],
    )
    equal(done.rewrapped, 1)
  })

  test('by two at once ends, and everything opens', async (t) => {
    const { keyring, rows } = await vault(t, 20)
    const both = await Promise.all([1, 2].map(() => rewrapAll({ keyring, store: rows.store }, { page: 4 })))
    deepEqual(rows.uses(), [{ key: keyring.current, count: 21 }])
    equal((both[0]?.rewrapped ?? 0) + (both[1]?.rewrapped ?? 0), 21)
    await everythingOpens(rows, keyring)
  })

  test('ends although a row is changed under it every time', async (t) => {
    const { keyring, rows } = await vault(t, 3)
    rows.replaceIsLate = ({ id }) => id === 'c1'
    const done = await rewrapAll({ keyring, store: rows.store }, { page: 1 })
    deepEqual([done.rewrapped, done.changedMeanwhile, done.finished], [3, 1, true])
  })

  test('while a refresh goes on: what was sealed with the data key as it was read before opens after', async (t) => {
    const { keyring, envelope, rows } = await vault(t, 1)
    const [row] = rows.rows.values()
    ok(row)
    const { dataKey, owner } = row
    await rewrapAll({ keyring, store: rows.store })
    const reply: Place = { owner, purpose: 'reply', generation: 1, attempt: 1 }
    const sealed = await envelope.sealText(secret('HTTP/1.1 200'), { place: reply, dataKey })
    equal((await envelope.openText(sealed, { place: reply, dataKey: row.dataKey })).expose(), 'HTTP/1.1 200')
  })

  test('of one that lies under the current key is nothing', async (t) => {
    const { keyring, envelope } = await vault(t, 1)
    const owner: Owner = { kind: 'connection', tenant: 't', id: 'new' }
    equal(await rewrapDataKey(keyring, owner, await envelope.newDataKey(owner)), undefined)
  })

  test('changes nothing where the keyring wraps under another key than it says, or gives back another', async (t) => {
    const { keyring, rows } = await vault(t, 1)
    const [row] = rows.rows.values()
    ok(row)
    const liar = { ...keyring, current: 'other', wrap: keyring.wrap, unwrap: keyring.unwrap }
    await rewrapDataKey(keyring, row.owner, row.dataKey)
    const underCurrent = await openEnvelope({ keyring, random, monotonic: () => 0 }).newDataKey(row.owner)
    await rejects(rewrapDataKey(liar, row.owner, underCurrent), /wraps under/)
    let asked = 0
    const forgetful = {
      ...keyring,
      unwrap: async (wrapped: WrappedKey, context: string) =>
        (asked += 1) === 1 ? await keyring.unwrap(wrapped, context) : random(32),
    }
    await rejects(rewrapDataKey(forgetful, row.owner, row.dataKey), /does not give back/)
  })
})
