/** Connections of which nobody asks anything. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, hours } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { exchangeInChild, readyForChildren } from './battlefield.ts'
import { decisionsOf, openScene } from './scene.ts'

describe('rounds', () => {
  test('L-55: an idle connection lives for 360 days by some fifteen exchanges', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    // the org ends every family after 365 days
    for (let day = 1; day <= 360; day += 1) {
      time.ahead(days(day))
      await scene.org.clock.advance(days(1))
      await scene.keeper.lookAfter()
    }
    const view = await scene.keeper.connection('canary')
    equal(view?.state, 'alive')
    ok(view.generation >= 15 && view.generation <= 17, `generation ${view.generation}`)
    equal((await scene.keeper.accessToken('canary')).generation, view.generation + 1)
  })

  test('L-35, L-56: after a jump of the clock each connection is exchanged once, however many look after it', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    const ids = ['a', 'b', 'c', 'd']
    for (const id of ids) await scene.adopt(id)
    const others = await Promise.all([1, 2, 3].map(() => scene.again({ environment: time.environment })))
    const before = await decisionsOf(scene.org)
    time.ahead(days(25) + hours(12))
    await Promise.all([scene.keeper, ...others].map((keeper) => keeper.lookAfter()))
    await Promise.all([scene.keeper, ...others].map((keeper) => keeper.lookAfter()))
    const generations = (await scene.keeper.connections()).map(({ id, generation }) => `${id} ${generation}`)
    deepEqual(generations, ['a 2', 'b 2', 'c 2', 'canary 2', 'd 2'])
    equal((await decisionsOf(scene.org)) - before, 5)
  })

  test('P-20: what a process that died has left is named within one lease, though nobody asks', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    readyForChildren(scene)
    const { places, died } = await exchangeInChild({
      ...{ folder: scene.folder, id: 'canary', ahead: 0 },
      dieAt: 'after refresh/attempt.ts connection.post',
    })
    deepEqual([places.at(-1), died], ['after refresh/attempt.ts connection.post', true])
    await scene.keeper.lookAfter()
    equal((await scene.keeper.connection('canary'))?.state, 'alive', 'its lease still runs')
    time.ahead(61_000)
    await scene.keeper.lookAfter()
    equal((await scene.keeper.connection('canary'))?.state, 'in-doubt')
    deepEqual(
      (await scene.keeper.events()).map(({ kind }) => kind),
      ['connection.recovered', 'connection.in_doubt'],
    )
  })

  test('L-53: one that has to be authorized again is not looked at any more', async () => {
    const time = bentTime()
    await using scene = await openScene({ environment: time.environment })
    await scene.org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } })
    time.ahead(days(26))
    equal(await scene.keeper.lookAfter(), 1)
    equal((await scene.keeper.connection('canary'))?.state, 'reauthorization-required')
    time.ahead(days(60))
    equal(await scene.keeper.lookAfter(), 0)
  })
})
