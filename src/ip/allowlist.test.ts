import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatAddress, ipv4, ipv6, parseAddress, type Address } from './address.ts'
import {
  allowlistContains,
  allowlistUse,
  compileAllowlist,
  emptyAllowlist,
  parseAllowlist,
  type Allowlist,
} from './allowlist.ts'
import { compileRanges, matcherContains } from './matcher.ts'
import { appRangeLimits, parseRangeList, trustedRangeLimits } from './range-list.ts'
import type { RangeRow } from './range-spelling.ts'
import { rangeContains, type Range } from './range.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

function accepted(rows: readonly RangeRow[]): Allowlist {
  const parsed = parseAllowlist(rows)
  if (!parsed.ok) throw new Error(parsed.fault.map(({ message }) => message).join(' '))
  return parsed.value
}

const row = (start: string, end = start): RangeRow => ({ start, end })
const rows = (count: number, size: number): RangeRow[] =>
  Array.from({ length: count }, (_, i) =>
    row(formatAddress(ipv4(0x0a00_0000 + i * 1000)), formatAddress(ipv4(0x0a00_0000 + i * 1000 + size - 1))),
  )
const codes = (given: readonly RangeRow[]): string[] => {
  const parsed = parseAllowlist(given)
  return parsed.ok
    ? []
    : parsed.fault.map((each) => `${each.code} ${each.otherRow === undefined ? '' : `${each.otherRow} `}${each.row}`)
}

describe('accepting an allowlist', () => {
  const verdicts = {
    'SF-134: 128 ranges of two addresses are legal': [rows(128, 2), []],
    'SF-134: 129 ranges are one too many': [rows(129, 1), ['RANGES_TOO_MANY 129']],
    'SF-134: 257 addresses in one range are refused': [rows(1, 257), ['ADDRESSES_TOO_MANY 1']],
    'SF-134: the row that passes 256 addresses is named': [rows(4, 100), ['ADDRESSES_TOO_MANY 3']],
    'SF-134: both families count together': [
      [row('10.0.0.0', '10.0.0.127'), row('2001:db8::', '2001:db8::80')],
      ['ADDRESSES_TOO_MANY 2'],
    ],
    'SF-136: a /120 of IPv6 is the largest that fits': [[row('2001:db8::', '2001:db8::ff')], []],
    'SF-136: a whole /64 is refused and nothing overflows': [
      [row('2001:db8::', '2001:db8::ffff:ffff:ffff:ffff')],
      ['ADDRESSES_TOO_MANY 1'],
    ],
    'SF-135: a start above its end is refused': [
      [row('10.0.0.1'), row('10.0.0.9', '10.0.0.3')],
      ['RANGE_START_ABOVE_END 2'],
    ],
    'SF-143: a mapped address counts as IPv4 and meets its twin': [
      [row('::ffff:10.0.0.1'), row('10.0.0.1')],
      ['RANGE_REPEATED 1 2'],
    ],
    'SF-143: a mapped end goes with an IPv4 start': [[row('10.0.0.1', '::ffff:10.0.0.2')], []],
    'SF-144: adjacent ranges are fine': [[row('10.0.0.1', '10.0.0.2'), row('10.0.0.3', '10.0.0.4')], []],
    'SF-144: an overlap names both rows': [
      [row('10.0.0.1', '10.0.0.4'), row('192.0.2.1'), row('10.0.0.4', '10.0.0.5')],
      ['RANGE_OVERLAPS 1 3'],
    ],
    'SF-144: a repeated row names both': [[row('10.0.0.1'), row('10.0.0.1')], ['RANGE_REPEATED 1 2']],
    'SF-144: three that overlap are three pairs': [
      [row('10.0.0.1', '10.0.0.9'), row('10.0.0.2', '10.0.0.5'), row('10.0.0.4', '10.0.0.6')],
      ['RANGE_OVERLAPS 1 2', 'RANGE_OVERLAPS 1 3', 'RANGE_OVERLAPS 2 3'],
    ],
    'SF-145: mixed families are refused': [[row('10.0.0.1', '::1')], ['RANGE_FAMILIES_MIXED 1']],
    'SF-145: the unspecified address is refused': [
      [row('0.0.0.0'), row('::')],
      ['RANGE_HAS_UNSPECIFIED 1', 'RANGE_HAS_UNSPECIFIED 2'],
    ],
    'SF-145: a range that reaches into multicast is refused': [
      [row('223.255.255.255', '224.0.0.1')],
      ['RANGE_HAS_MULTICAST 1'],
    ],
    'SF-145: private and loopback addresses are allowed': [[row('10.0.0.1'), row('127.0.0.11'), row('::1')], []],
    'a repeated row is not counted twice against the addresses': [
      [...rows(1, 200), ...rows(1, 200)],
      ['RANGE_REPEATED 1 2'],
    ],
    'every row is read, and every fault of a row reported': [
      [
        { start: 'x', end: '10.0.0.01' },
        row('10.0.0.1'),
        { description: 'd'.repeat(256) },
        { ...row('10.0.0.2'), description: 'a\nb' },
      ],
      [
        'ADDRESS_UNKNOWN_FORM 1',
        'ADDRESS_LEADING_ZERO 1',
        'RANGE_START_MISSING 3',
        'RANGE_END_MISSING 3',
        'RANGE_DESCRIPTION_TOO_LONG 3',
        'RANGE_DESCRIPTION_UNPRINTABLE 4',
      ],
    ],
    'nothing at all is accepted': [[], []],
  } as const
  for (const [sentence, [given, expected]] of Object.entries(verdicts))
    test(sentence, () => deepEqual(codes(given), expected))

  test('every message names its row and what stands in it', () => {
    const parsed = parseAllowlist([row('10.0.0.1', '10.0.0.4'), row('10.0.0.4', '10.0.0.5'), row('10.0.0.7/8')])
    const messages = parsed.ok ? [] : parsed.fault.map(({ message }) => message)
    equal(messages[0], 'Row 2: 10.0.0.4 to 10.0.0.5 overlaps row 1, 10.0.0.1 to 10.0.0.4.')
    match(messages[1] ?? '', /^Row 3: the start "10\.0\.0\.7\/8" has a prefix length/)
  })

  test('keeps order and descriptions', () => {
    const list = accepted([{ ...row('10.0.0.9'), description: 'second pair' }, row('10.0.0.1')])
    deepEqual(
      list.rows.map(({ start, description }) => [formatAddress(start), description]),
      [
        ['10.0.0.9', 'second pair'],
        ['10.0.0.1', undefined],
      ],
    )
    deepEqual(allowlistUse(list), { ranges: 2, addresses: 2 })
  })

  test('acceptance equals a naive count of addresses', () => {
    const few = fc.record({
      family: fc.constantFrom(4, 6),
      start: fc.integer({ min: 1, max: 400 }),
      size: fc.integer({ min: 1, max: 120 }),
    })
    fc.assert(
      fc.property(fc.array(few, { maxLength: 6 }), (given) => {
        const text = (family: number, n: number): string =>
          formatAddress(family === 4 ? ipv4(0x0a00_0000 + n) : ipv6(BigInt(0x10000 + n)))
        const listed = given.flatMap(({ family, start, size }) =>
          Array.from({ length: size }, (_, i) => text(family, start + i)),
        )
        const naive = listed.length <= 256 && new Set(listed).size === listed.length
        equal(
          parseAllowlist(
            given.map(({ family, start, size }) => row(text(family, start), text(family, start + size - 1))),
          ).ok,
          naive,
        )
      }),
    )
  })
})

describe('matching an address', () => {
  test('an empty allowlist contains nobody', () =>
    equal(allowlistContains(compileAllowlist(emptyAllowlist), address('10.0.0.1')), false))

  test('both ends are inside, in both families', () => {
    const matcher = compileAllowlist(
      accepted([
        row('10.0.0.1', '10.0.0.3'),
        row('255.255.255.254', '255.255.255.255'),
        row('2001:db8::1', '2001:db8::3'),
      ]),
    )
    const inside = ['10.0.0.1', '10.0.0.3', '255.255.255.255', '2001:db8::1', '::ffff:10.0.0.2', '2001:db8::3']
    const outside = ['10.0.0.0', '10.0.0.4', '255.255.255.253', '2001:db8::', '2001:db8::4', '::a00:1']
    deepEqual(
      inside.filter((text) => !allowlistContains(matcher, address(text))),
      [],
    )
    deepEqual(
      outside.filter((text) => allowlistContains(matcher, address(text))),
      [],
    )
  })

  test('equals a naive list, overlaps included', () => {
    const end = fc.integer({ min: 0, max: 60 })
    const range = fc.tuple(fc.boolean(), end, end).map(([v4, a, b]): Range => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      return v4 ? { start: ipv4(low), end: ipv4(high) } : { start: ipv6(BigInt(low)), end: ipv6(BigInt(high)) }
    })
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
        const matcher = compileRanges(ranges)
        for (let n = 0; n <= 61; n += 1)
          for (const some of [ipv4(n), ipv6(BigInt(n))])
            equal(
              matcherContains(matcher, some),
              ranges.some((each) => rangeContains(each, some)),
            )
      }),
    )
  })
})

describe('trusted ranges and login ranges', () => {
  const trusted = (given: readonly RangeRow[]) => {
    const parsed = parseRangeList(given, trustedRangeLimits)
    return parsed.ok ? 'accepted' : parsed.fault.map(({ code, row: at }) => `${code} ${at}`).join()
  }
  const verdicts = {
    'SF-154: an IPv4 range may have 16,777,216 addresses': [[row('127.0.0.0', '127.255.255.255')], 'accepted'],
    'SF-154: one address more is refused': [[row('127.0.0.0', '128.0.0.0')], 'RANGE_TOO_LARGE 1'],
    'SF-154: what lies in 10.0.0.0/8 is not counted': [[row('9.0.0.0', '10.255.255.255')], 'accepted'],
    'SF-154: what lies on both sides of it is': [[row('9.0.0.0', '11.0.0.0')], 'RANGE_TOO_LARGE 1'],
    'SF-154: an IPv6 range may have 2^99 addresses': [
      [row('2000::', '2000:7:ffff:ffff:ffff:ffff:ffff:ffff')],
      'accepted',
    ],
    'SF-154: 2^99 and one more are refused': [[row('2000::', '2000:8::')], 'RANGE_TOO_LARGE 1'],
    'overlaps and the unspecified address are none of their business': [
      [row('0.0.0.0', '0.0.0.9'), row('0.0.0.5')],
      'accepted',
    ],
  } as const
  for (const [sentence, [given, expected]] of Object.entries(verdicts))
    test(sentence, () => equal(trusted(given), expected))

  test('their number is not limited', () => equal(trusted(rows(500, 900)), 'accepted'))

  test('SF-152: an app has at most 128 ranges', () => {
    ok(parseRangeList(rows(128, 900), appRangeLimits).ok)
    ok(!parseRangeList(rows(129, 900), appRangeLimits).ok)
  })
})
