import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Samples } from './samples.ts'

describe('samples', () => {
  test('percentiles are by nearest rank, in whatever order values came', () => {
    const samples = new Samples()
    for (let n = 100; n >= 1; n -= 1) samples.add(n)
    deepEqual(samples.latency(), { p50: 50, p90: 90, p99: 99, max: 100 })
  })

  test('one value is every percentile', () => {
    const samples = new Samples()
    samples.add(3)
    deepEqual(samples.latency(), { p50: 3, p90: 3, p99: 3, max: 3 })
  })

  test('they outgrow their first room without losing one', () => {
    const samples = new Samples()
    for (let n = 1; n <= 200_000; n += 1) samples.add(n)
    equal(samples.count, 200_000)
    equal(samples.latency().p50, 100_000)
  })

  test('what was cleared does not count', () => {
    const samples = new Samples()
    samples.add(99)
    samples.clear()
    samples.add(1)
    deepEqual([samples.count, samples.latency().max], [1, 1])
  })
})
