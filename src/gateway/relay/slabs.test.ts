import { deepEqual, equal } from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { openSlabs } from './slabs.ts'

describe('slabs', () => {
  test('there are no more than may be, and what is given back is taken again', () => {
    const slabs = openSlabs({ size: 10, most: 2, kept: 2, idleMs: 1000 })
    const [one, two] = [slabs.take(), slabs.take()]
    deepEqual([one?.length, two?.length, slabs.take(), slabs.inUse()], [10, 10, undefined, 2])
    if (two !== undefined) slabs.giveBack(two)
    equal(slabs.take(), two)
  })

  test('what comes and goes is not made anew, and given up when it has not been used for some time', (t) => {
    t.after(() => mock.timers.reset())
    mock.timers.reset() // of whoever was here before: tests share one process
    mock.timers.enable({ apis: ['setTimeout'] })
    const slabs = openSlabs({ size: 10, most: 8, kept: 1, idleMs: 1000 })
    const made = new Set<Buffer>()
    for (let round = 0; round < 100; round += 1) {
      const taken = Array.from({ length: 8 }, slabs.take).filter((slab) => slab !== undefined)
      for (const slab of taken) {
        made.add(slab)
        slabs.giveBack(slab)
      }
      mock.timers.tick(5)
    }
    deepEqual([made.size, slabs.inUse(), slabs.free()], [8, 0, 8])
    mock.timers.tick(1000)
    deepEqual([slabs.inUse(), slabs.free()], [0, 1])
  })
})
