import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inTurns, type InTurns } from './in-turns.ts'

type One = { readonly host: string; readonly n: number }
const ones = (host: string, count: number): readonly One[] => Array.from({ length: count }, (_, n) => ({ host, n }))
const terms = (work: InTurns<One>['work']): InTurns<One> => ({
  ...{ of: ({ host }) => host, atOnce: 8, atOnceOfOne: 3, beginAt: 0, work },
})

describe('work on many hosts', () => {
  test('is done once each, and never more at once than they may have', async () => {
    const [done, busy, most] = [new Set<string>(), new Map<string, number>(), new Map<string, number>()]
    const add = (host: string, by: number): void => {
      busy.set(host, (busy.get(host) ?? 0) + by)
      most.set(host, Math.max(most.get(host) ?? 0, busy.get(host) ?? 0))
    }
    const work = async ({ host, n }: One): Promise<'go-on'> => {
      for (const what of [host, 'all']) add(what, 1)
      await new Promise(setImmediate)
      for (const what of [host, 'all']) add(what, -1)
      done.add(`${host} ${n}`)
      return 'go-on'
    }
    await inTurns([...ones('a', 20), ...ones('b', 20), ...ones('c', 20), ...ones('d', 5)], terms(work))
    equal(done.size, 65)
    equal(most.get('all'), 8)
    for (const host of ['a', 'b', 'c', 'd']) ok((most.get(host) ?? 0) <= 3, host)
  })

  test('a host that never answers holds up no other', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<void>()
    const done: string[] = []
    const work = async ({ host, n }: One): Promise<'go-on'> => {
      if (host === 'silent') await answer
      done.push(`${host} ${n}`)
      if (done.length === 10) resolve()
      return 'go-on'
    }
    await inTurns([...ones('silent', 5), ...ones('b', 10)], terms(work))
    deepEqual(
      done.slice(0, 10).filter((each) => each.startsWith('silent')),
      [],
    )
    equal(done.length, 15)
  })

  test('what one host has left is left, and the others go on', async () => {
    const done: string[] = []
    const work: InTurns<One>['work'] = async ({ host, n }) => {
      done.push(`${host} ${n}`)
      return host === 'down' ? 'leave-the-rest' : 'go-on'
    }
    await inTurns([...ones('down', 50), ...ones('b', 4)], terms(work))
    equal(done.filter((each) => each.startsWith('b')).length, 4)
    equal(done.length - 4 <= 3, true, `${done.length - 4} were begun before the first had come back`)
  })

  test('begins where it is told to, and still does them all', async () => {
    const done: number[] = []
    const work = async ({ n }: One): Promise<'go-on'> => {
      done.push(n)
      return 'go-on'
    }
    await inTurns(ones('a', 5), { ...terms(work), atOnce: 1, beginAt: 0.5 })
    deepEqual(done, [2, 3, 4, 0, 1])
  })
})
