import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lastLook } from './last-look.ts'

describe('looks at a store that is about to be closed', () => {
  test('the last one begins before those under way are over, and the end waits for all', async () => {
    const views: PromiseWithResolvers<number>[] = []
    const looks = lastLook(async () => {
      const view = Promise.withResolvers<number>()
      views.push(view)
      return await view.promise
    })
    const first = looks.look()
    let ended = false
    const end = looks.end().then(() => (ended = true))
    views[1]?.resolve(2)
    await new Promise((resolve) => setImmediate(resolve))
    equal(ended, false)
    views[0]?.resolve(1)
    await end
    equal(await first, 1)
  })

  test('whoever looks afterwards sees what the last one saw, and the store is not asked again', async () => {
    const seen: number[] = []
    const looks = lastLook(async () => await Promise.resolve(seen.push(seen.length)))
    equal(await looks.look(), 1)
    const end = looks.end()
    deepEqual([await looks.look(), await looks.look()], [2, 2])
    await end
    equal(await looks.look(), 2)
    deepEqual(seen, [0, 1])
  })

  test('a last look that fails ends all the same, and is a failure to whoever looks', async () => {
    const looks = lastLook<number>(async () => await Promise.reject(new Error('gone')))
    await looks.end()
    await rejects(looks.look(), /gone/)
  })
})
