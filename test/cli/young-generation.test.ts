/** In a process of its own: where others have run before, the space may be as large as it gets already. */
import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { getHeapSpaceStatistics } from 'node:v8'
import { holdYoungGeneration } from '../../src/cli/young-generation.ts'

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? NaN

/** Objects that survive a few collections, as what a start makes does. */
function makeSurvivors(): number {
  let most = 0
  for (let round = 0; round < 20; round += 1) {
    const kept = Array.from({ length: 50_000 }, (_, i) => ({ i, text: `x${i}` }))
    most = Math.max(most, kept.length === 0 ? 0 : youngBytes())
  }
  return most
}

test('the space for young objects does not grow while it is held, and grows with the load once it is released', () => {
  const before = youngBytes()
  const { release } = holdYoungGeneration()
  const held = makeSurvivors()
  release()
  const released = makeSurvivors()
  ok(held <= before + 8e6, `from ${before} to ${held} while it was held`)
  ok(released > held + 8e6, `from ${held} to ${released} once it was released`)
})
