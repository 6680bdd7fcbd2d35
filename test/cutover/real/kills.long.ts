/** Runners killed at every line of their journal, on the way forth and on the way back. */
import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from './by-hand.ts'
import { killAll, killOnce } from './kills.ts'
import { leaksOf } from './leaks.ts'
import { countsSince } from './load.ts'
import { onePair, openPlace, otherPair } from './place.ts'
import { openRunner, rollback, run, type Runner } from './runner.ts'

const canaries = ['one', 'two', 'three']
const move = { from: onePair, to: otherPair, canaries, propagationWait: '100ms', watch: '200ms' }

test('L-93: a runner killed with SIGKILL at a line of its journal is gone on with, forth and back, and no redemption fails', async (t) => {
  const place = await openPlace(t, { chains: 8, canaries: canaries.length, probes: '1s' })
  place.load.pace(15)
  for (const each of canaries) await place.adopt(each)

  await t.test('after every line, each in a cutover of its own', async (each) => {
    const [before, kills] = [place.load.counts(), { forth: 0, back: 0 }]
    let [goesForth, goesBack] = [true, true]
    for (let line = 1; goesForth || goesBack; line += 1) {
      const point = { when: 'after', line } as const
      const runner = await openRunner(each, place, move)
      const [forth, back] = [
        { place, runner, words: run, ends: 0 },
        { place, runner, words: rollback, ends: 4 },
      ]
      goesForth = goesForth ? await killOnce(forth, point) : await whole(runner, run)
      goesBack = goesBack ? await killOnce(back, point) : await whole(runner, rollback)
      kills.forth += Number(goesForth)
      kills.back += Number(goesBack)
      const { failed, good } = countsSince(before, place.load.counts())
      console.log(
        `line ${line}: ${kills.forth} kills forth, ${kills.back} back, ${good} redemptions, ${failed.length} failed`,
      )
      deepEqual(failed, [])
      deepEqual(leaksOf(place, runner).found, [])
    }
    ok(kills.forth > 40 && kills.back > 20, JSON.stringify(kills))
  })

  // before a line what was done is in the world, and not in the journal
  await t.test('before and after every seventh line of each runner, again and again in one cutover', async (each) => {
    await settle(place, onePair)
    const [before, runner] = [place.load.counts(), await openRunner(each, place, move)]
    const forth = await killAll({ place, runner, words: run, ends: 0 }, 7)
    const back = await killAll({ place, runner, words: rollback, ends: 4 }, 7)
    const { good, failed } = countsSince(before, place.load.counts())
    console.log(`${forth} kills forth, ${back} back, ${good} redemptions, ${failed.length} failed`)
    deepEqual(failed, [])
    ok(forth > 5 && back > 3, `${forth} ${back}`)
  })
})

/** Without being killed. */
async function whole(runner: Runner, words: readonly string[]): Promise<false> {
  await runner.cutover(words)
  return false
}
