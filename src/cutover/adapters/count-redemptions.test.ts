import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { instant, type Instant } from '../../values/time.ts'
import { countingRedemptions, type History } from './count-redemptions.ts'

const addresses = ['192.0.2.1']
type Line = History['redemptions'][number]
const line = (at: number, outcome: 'success' | 'refusal' | 'failure' = 'success'): Line => ({
  ...{ at: instant(at), address: '192.0.2.1', isSuccess: outcome === 'success', isRefusal: outcome === 'refusal' },
})

test('counts each redemption once, and reads again only what is young', async () => {
  const lines: Line[] = [line(1000), line(20_000, 'failure')]
  const asked: Instant[] = []
  const count = countingRedemptions(async (since) => {
    asked.push(since)
    return await Promise.resolve({ redemptions: lines.filter(({ at }) => at >= since), isWhole: true })
  })
  deepEqual(await count(instant(0), addresses), { attempts: 2, successes: 1, refused: 0, whole: true })
  lines.push(line(17_000), line(30_000, 'refusal')) // the first of them is late
  deepEqual(await count(instant(0), addresses), { attempts: 4, successes: 2, refused: 1, whole: true })
  deepEqual(await count(instant(0), addresses), { attempts: 4, successes: 2, refused: 1, whole: true })
  deepEqual(asked, [0, 15_000, 25_000])
  deepEqual((await count(instant(18_000), addresses)).attempts, 2, 'since another instant it begins anew')
})

test('L-90: what is left out is said, and is counted when it can be read', async () => {
  let isWhole = false
  const count = countingRedemptions(async () => await Promise.resolve({ redemptions: [line(1000)], isWhole }))
  deepEqual(await count(instant(0), addresses), { attempts: 1, successes: 1, refused: 0, whole: false })
  isWhole = true
  deepEqual(await count(instant(0), addresses), { attempts: 1, successes: 1, refused: 0, whole: true })
})
