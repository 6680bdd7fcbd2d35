import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { openDataKeys, type DataKeyLimits, type DataKeys } from './data-keys.ts'
import type { Keyring, WrappedKey } from './keyring.ts'
import type { Owner } from './place.ts'

const owner = (id: string): Owner => ({ kind: 'connection', tenant: 't', id })
const wrapped = (n: number): WrappedKey => ({ key: 'k', bytes: Uint8Array.of(n) })
const zeros = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A keyring that counts, that answers when it is let, and that shows every buffer which it gave out. */
function countingKeyring() {
  const opened: Uint8Array[] = []
  const waiting: (() => void)[] = []
  let [slow, failing] = [false, false]
  const keyring: Keyring = {
    current: 'k',
    wrap: () => Promise.reject(new Error('nobody wraps here')),
    async unwrap({ bytes }) {
      if (slow) await new Promise<void>((resolve) => waiting.push(resolve))
      if (failing) throw new Error('KMS out of reach')
      const dataKey = new Uint8Array(32).fill(bytes[0] ?? 0)
      opened.push(dataKey)
      return dataKey
    },
  }
  const answer = async (): Promise<void> => {
    for (const each of waiting.splice(0)) each()
    await settled()
  }
  return { keyring, opened, answer, beSlow: () => (slow = true), fail: (now: boolean) => (failing = now) }
}

function open(t: TestContext, limits: Partial<DataKeyLimits> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  const counting = countingKeyring()
  const parts = { keep: 3, keepMs: 1000, ...limits, monotonic: () => now }
  const dataKeys = openDataKeys(counting.keyring, parts)
  const pass = async (ms: number): Promise<void> => {
    now += ms
    t.mock.timers.tick(ms)
    await settled()
  }
  return { ...counting, dataKeys, pass }
}

const first = (dataKeys: DataKeys, id = 'a', n = 7): Promise<number | undefined> =>
  dataKeys.use(owner(id), wrapped(n), (dataKey) => dataKey[0])

describe('opened data keys', () => {
  test('are kept for a moment: the keyring is asked once', async (t) => {
    const { dataKeys, opened } = open(t)
    equal(await first(dataKeys), 7)
    equal(await first(dataKeys), 7)
    equal(opened.length, 1)
  })

  test('of many who ask at once are asked for once', async (t) => {
    const { dataKeys, opened, answer, beSlow } = open(t)
    beSlow()
    const all = Promise.all(Array.from({ length: 1000 }, () => first(dataKeys)))
    await answer()
    deepEqual(new Set(await all), new Set([7]))
    equal(opened.length, 1)
  })

  test('are erased when their time is over, though nobody asks again', async (t) => {
    const { dataKeys, opened, pass } = open(t)
    await first(dataKeys)
    await pass(999)
    equal(opened.every(zeros), false)
    await pass(1)
    equal(opened.every(zeros), true)
    equal(await first(dataKeys), 7)
    equal(opened.length, 2)
  })

  test('are asked for again after their time, even if the timer is late', async (t) => {
    const { dataKeys, opened, pass } = open(t, { keepMs: 1000 })
    await first(dataKeys, 'a')
    await pass(600)
    await first(dataKeys, 'b')
    await pass(400)
    equal(await first(dataKeys, 'b'), 7)
    equal(opened.length, 2)
    await pass(600)
    equal(await first(dataKeys, 'b'), 7)
    equal(opened.length, 3)
    await pass(2000)
    equal(opened.every(zeros), true)
  })

  test('are few: the oldest goes, erased', async (t) => {
    const { dataKeys, opened } = open(t)
    for (const id of ['a', 'b', 'c', 'd']) await first(dataKeys, id)
    await settled()
    deepEqual(opened.map(zeros), [true, false, false, false])
  })

  test('that are in use are erased after their use, not before', async (t) => {
    const { dataKeys, opened, answer, beSlow } = open(t, { keep: 0 })
    beSlow()
    const all = Promise.all(['a', 'b', 'c'].map((id, n) => first(dataKeys, id, n + 1)))
    await answer()
    deepEqual(await all, [1, 2, 3])
    await settled()
    deepEqual(opened.map(zeros), [true, true, true])
  })

  test('that are held outlive their time, the others and a forgetting, and go with the release', async (t) => {
    const { dataKeys, opened, pass } = open(t, { keep: 1 })
    const { dataKey, release } = await dataKeys.hold(owner('a'), wrapped(7))
    await first(dataKeys, 'b')
    await pass(5000)
    dataKeys.forget()
    await settled()
    equal(dataKey[0], 7)
    release()
    release()
    await settled()
    equal(opened.every(zeros), true)
    equal(opened.length, 2)
  })

  test('released twice by one holder stay open for the other', async (t) => {
    const { dataKeys, opened } = open(t)
    const [one, other] = [await dataKeys.hold(owner('a'), wrapped(7)), await dataKeys.hold(owner('a'), wrapped(7))]
    equal(opened.length, 1)
    dataKeys.forget()
    one.release()
    one.release()
    await settled()
    equal(other.dataKey[0], 7)
    other.release()
    await settled()
    equal(opened.every(zeros), true)
  })

  test('of another owner, or after a change, are others', async (t) => {
    const { dataKeys, opened } = open(t)
    await first(dataKeys, 'a', 7)
    await first(dataKeys, 'b', 7)
    equal(await first(dataKeys, 'a', 8), 8)
    equal(opened.length, 3)
  })

  test('that could not be had are asked for again', async (t) => {
    const { dataKeys, fail } = open(t)
    fail(true)
    await rejects(first(dataKeys), /out of reach/)
    await rejects(dataKeys.hold(owner('a'), wrapped(7)), /out of reach/)
    fail(false)
    equal(await first(dataKeys), 7)
  })

  test('that came later are erased in their turn, though nobody asks again', async (t) => {
    const { dataKeys, opened, pass } = open(t)
    await first(dataKeys, 'a')
    await pass(600)
    await first(dataKeys, 'b')
    await pass(400)
    deepEqual(opened.map(zeros), [true, false])
    await pass(1000)
    deepEqual(opened.map(zeros), [true, true])
  })

  test('are all erased when they are forgotten, and can be had again', async (t) => {
    const { dataKeys, opened } = open(t)
    await first(dataKeys, 'a')
    await first(dataKeys, 'b')
    dataKeys.forget()
    await settled()
    equal(opened.every(zeros), true)
    equal(await first(dataKeys, 'a'), 7)
    notEqual(opened.length, 2)
  })

  test('whose work throws are let go all the same', async (t) => {
    const { dataKeys, opened } = open(t, { keep: 0 })
    const failing = dataKeys.use(owner('a'), wrapped(7), () => {
      throw new Error('no work')
    })
    await rejects(failing, /no work/)
    await settled()
    equal(opened.every(zeros), true)
  })
})
