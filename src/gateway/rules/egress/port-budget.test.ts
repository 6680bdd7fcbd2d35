import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePortRange, parseReservedPorts, portAt, portBudget, portsLeft, type PortHalf } from './port-budget.ts'

describe('port budget', () => {
  const range = { first: 40_000, last: 40_099 }
  const budget = portBudget(range)
  test('reads the range as the kernel writes it', () =>
    deepEqual(parsePortRange('32768\t60999\n'), { first: 32_768, last: 60_999 }))
  for (const text of ['', '1', '1 2 3', 'a b', '0 10', '20 10', '1 70000'])
    test(`does not take "${text}" for a range`, () => equal(parsePortRange(text), undefined))
  test('has both ends of the range', () => equal(budget.size, 100))
  const left = { 0: 'plenty', 89: 'plenty', 90: 'near', 99: 'near', 100: 'none', 101: 'none' } as const
  for (const [used, expected] of Object.entries(left))
    test(`is ${expected} with ${used} of 100 in use`, () => equal(portsLeft(Number(used), budget), expected))
  test('tries every port of the range once before any twice, from anywhere', () => {
    const of = (half: PortHalf) => Array.from({ length: 50 }, (_, n) => portAt(budget, half, { start: 0.73, n }) ?? 0)
    const ports = [...of('gateway'), ...of('programs')]
    equal(new Set(ports).size, 100)
    deepEqual([Math.min(...ports), Math.max(...ports), ports[0]], [40_000, 40_099, 40_073])
  })
  for (const first of [40_000, 40_001])
    test(`leaves every other port to programs that bind none, the first of the range among them (from ${first} on)`, () => {
      const other = portBudget({ first, last: first + 8 })
      const of = (half: PortHalf) => new Set([0, 1, 2, 3, 4].map((n) => portAt(other, half, { start: 0.3, n })))
      deepEqual([of('programs').has(first), of('gateway').has(first)], [true, false])
      deepEqual([of('programs').size, of('gateway').size], [5, 4])
    })
})

describe('reserved ports', () => {
  const range = { first: 40_000, last: 40_009 }
  const of = (reserved: string) => portBudget(range, parseReservedPorts(reserved))
  const all = (reserved: string): readonly number[] => {
    const budget = of(reserved)
    const halves = (['gateway', 'programs'] as const).flatMap((half) =>
      Array.from({ length: budget.size }, (_, n) => portAt(budget, half, { start: 0.5, n }) ?? -1),
    )
    return [...new Set(halves)].filter((port) => port > 0).toSorted((a, b) => a - b)
  }

  test('are read as the kernel writes them, and what is no port reserves nothing', () => {
    deepEqual(parseReservedPorts('8080,9000-9100\n'), [
      { first: 8080, last: 8080 },
      { first: 9000, last: 9100 },
    ])
    for (const text of ['', '\n', 'x', '0', '70000', '9-8', '1-2-3']) deepEqual(parseReservedPorts(text), [], text)
  })

  const left = {
    '': 10,
    '8080': 10,
    '40000': 9,
    '40009': 9,
    '39000-40001,40004,40008-65535': 5,
    '40002-40004,40003-40005': 6,
    '1-65535': 0,
  }
  for (const [reserved, size] of Object.entries(left))
    test(`leave ${size} of ten ports with "${reserved}"`, () => {
      equal(of(reserved).size, size)
      equal(all(reserved).length, size)
    })

  test('are never chosen', () => deepEqual(all('40001-40003,40007'), [40_000, 40_004, 40_005, 40_006, 40_008, 40_009]))
  test('that are all leave none, and no port to try', () => {
    equal(portsLeft(0, of('40000-40009')), 'none')
    equal(portAt(of('40000-40009'), 'gateway', { start: 0.5, n: 3 }), undefined)
  })
})
