import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePortRange, portAt, portsIn, portsLeft } from './port-budget.ts'

describe('port budget', () => {
  const range = { first: 40_000, last: 40_099 }
  test('reads the range as the kernel writes it', () =>
    deepEqual(parsePortRange('32768\t60999\n'), { first: 32_768, last: 60_999 }))
  for (const text of ['', '1', '1 2 3', 'a b', '0 10', '20 10', '1 70000'])
    test(`does not take "${text}" for a range`, () => equal(parsePortRange(text), undefined))
  test('has both ends of the range', () => equal(portsIn(range), 100))
  const left = { 0: 'plenty', 89: 'plenty', 90: 'near', 99: 'near', 100: 'none', 101: 'none' } as const
  for (const [used, expected] of Object.entries(left))
    test(`is ${expected} with ${used} of 100 in use`, () => equal(portsLeft(Number(used), range), expected))
  test('tries every port of the range once before any twice, from anywhere', () => {
    const ports = Array.from({ length: 100 }, (_, n) => portAt(range, 0.73, n))
    equal(new Set(ports).size, 100)
    deepEqual([Math.min(...ports), Math.max(...ports), ports[0]], [40_000, 40_099, 40_073])
  })
})
