import { deepEqual, equal, throws } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { disturbed, ratios, spread, summarise, type Round } from './summary.ts'

function round(number: number, subject: string, perSecond: number): Round {
  const latencyMs = { p50: 1, p90: 2, p99: 3, max: 4 }
  const common = {
    firstErrors: [],
    postponed: 0,
    seconds: 1,
    replyBytes: 900,
    loadCpu: 0.5,
    serverCpu: null,
    othersCpu: null,
  }
  return { round: number, subject, figures: { replies: perSecond, errors: number, perSecond, latencyMs, ...common } }
}

const rounds = [round(1, 'ours', 50), round(1, 'bare', 100), round(2, 'ours', 30), round(2, 'bare', 40)]

describe('summary', () => {
  const spreads = {
    'an odd number has one in the middle': [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    'an even number has the mean of two': [[4, 1, 2, 3], { median: 2.5, min: 1, max: 4 }],
  } as const
  for (const [sentence, [values, expected]] of Object.entries(spreads))
    test(sentence, () => deepEqual(spread(values), expected))

  test('nothing has no middle', () => throws(() => spread([]), /no value/))

  test('a ratio is taken within its round', () =>
    deepEqual(ratios(rounds, 'ours'), { bare: { median: 0.625, min: 0.5, max: 0.75 } }))

  test('counts and errors add up over the rounds', () => {
    const { ours } = summarise(rounds)
    deepEqual([ours?.n, ours?.errors, ours?.perSecond.median], [80, 3, 40])
  })

  test('a measurement is named in which others used the machine', () => {
    const quiet = round(1, 'ours', 50)
    const busy = { ...quiet, figures: { ...quiet.figures, othersCpu: 0.5 } }
    deepEqual(disturbed([quiet, busy]), ['ours in round 1: 0.50 cores'])
  })

  test('where no server time is known, none is made up', () => equal(summarise(rounds)['ours']?.serverCpu, null))
})
