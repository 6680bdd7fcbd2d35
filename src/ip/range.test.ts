import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress, type Address } from './address.ts'
import { parseCidr, parseCidrs, parseRangeText } from './cidr.ts'
import { readRangeRow, startAddress, startEnd, startIpAddress, writeRangeRow } from './range-spelling.ts'
import { formatRange, parseRange, rangeContains, rangesOverlap, rangeSize, type Range } from './range.ts'

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.value
}

function range(start: string, end: string): Range {
  const parsed = parseRange(start, end)
  if (!parsed.ok) throw new Error(parsed.fault.map(({ message }) => message).join('; '))
  return parsed.value
}

describe('a range', () => {
  test('contains both of its ends and nothing beyond', () => {
    const some = range('192.0.2.7', '192.0.2.9')
    const inside = ['192.0.2.6', '192.0.2.7', '192.0.2.8', '192.0.2.9', '192.0.2.10'].map((text) =>
      rangeContains(some, address(text)),
    )
    deepEqual(inside, [false, true, true, true, false])
  })

  test('does not contain the address of the other family with the same number', () =>
    equal(rangeContains(range('192.0.2.7', '192.0.2.7'), address('::c000:207')), false))

  test('counts exactly, however large it is', () => {
    equal(rangeSize(range('192.0.2.7', '192.0.2.7')), 1n)
    equal(rangeSize(range('0.0.0.0', '255.255.255.255')), 2n ** 32n)
    equal(rangeSize(range('::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')), 2n ** 128n)
  })

  test('overlaps where one address is common, and not where two ranges only touch', () => {
    equal(rangesOverlap(range('10.0.0.1', '10.0.0.5'), range('10.0.0.5', '10.0.0.9')), true)
    equal(rangesOverlap(range('10.0.0.1', '10.0.0.5'), range('10.0.0.6', '10.0.0.9')), false)
    equal(rangesOverlap(range('10.0.0.1', '10.0.0.9'), range('10.0.0.3', '10.0.0.4')), true)
    equal(rangesOverlap(range('0.0.0.1', '0.0.0.9'), range('::1', '::9')), false)
  })

  test('reads as one address or as two', () => {
    equal(formatRange(range('10.0.0.1', '10.0.0.1')), '10.0.0.1')
    equal(formatRange(range('2001:DB8::1', '2001:db8:0::2')), '2001:db8::1 to 2001:db8::2')
  })

  const refused = {
    'a start above its end': [['10.0.0.9', '10.0.0.1'], ['RANGE_START_ABOVE_END']],
    'two families': [['10.0.0.1', '2001:db8::1'], ['RANGE_FAMILIES_MIXED']],
    'a missing start': [[undefined, '10.0.0.1'], ['RANGE_START_MISSING']],
    'a missing end': [['10.0.0.1', undefined], ['RANGE_END_MISSING']],
    'two malformed ends, both of them': [
      ['10.0.0.01', '10.1'],
      ['ADDRESS_LEADING_ZERO', 'ADDRESS_SHORTHAND'],
    ],
    'a block as its start': [['10.0.0.0/8', '10.0.0.1'], ['ADDRESS_HAS_PREFIX_LENGTH']],
  } as const
  for (const [what, [[start, end], codes]] of Object.entries(refused))
    test(`refuses ${what}`, () => {
      const parsed = parseRange(start, end)
      deepEqual(parsed.ok ? [] : parsed.fault.map(({ code }) => code), codes)
    })
})

describe('the three spellings of a range', () => {
  const spellings = {
    'SF-263: start and end': [startEnd, { start: '10.0.0.1', end: '10.0.0.2' }],
    'SF-264: startIpAddress and endIpAddress': [
      startIpAddress,
      { startIpAddress: '10.0.0.1', endIpAddress: '10.0.0.2' },
    ],
    'SF-265: startAddress and endAddress': [startAddress, { startAddress: '10.0.0.1', endAddress: '10.0.0.2' }],
  } as const
  for (const [sentence, [spelling, ends]] of Object.entries(spellings))
    test(`${sentence} read to one form and write back unchanged`, () => {
      const fields = { ...ends, description: 'office' }
      const row = readRangeRow(fields, spelling)
      deepEqual(row, { start: '10.0.0.1', end: '10.0.0.2', description: 'office' })
      deepEqual(writeRangeRow({ ...range('10.0.0.1', '10.0.0.2'), description: 'office' }, spelling), fields)
    })

  test('an end in another spelling is missing', () =>
    deepEqual(readRangeRow({ start: '10.0.0.1', endAddress: '10.0.0.2' }, startEnd), { start: '10.0.0.1' }))

  test('a number is kept as its text so that the refusal can show it', () =>
    deepEqual(readRangeRow({ start: 10.1, end: null, description: ['x'] }, startEnd), { start: '10.1' }))

  test('IPv6 is written in its canonical form', () =>
    deepEqual(writeRangeRow(range('2001:DB8:0::1', '2001:DB8:0::1'), startAddress), {
      startAddress: '2001:db8::1',
      endAddress: '2001:db8::1',
    }))
})

describe('a block', () => {
  const blocks = {
    'ten slash eight is its whole range': ['10.0.0.0/8', '10.0.0.0 to 10.255.255.255'],
    'a length of zero is the whole family': ['0.0.0.0/0', '0.0.0.0 to 255.255.255.255'],
    'all of IPv6 is a block': ['::/0', ':: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    'a full length is one address': ['192.0.2.7/32', '192.0.2.7'],
    'an address without a length is itself': ['2001:db8::1', '2001:db8::1'],
    'a slash 120 of IPv6 has 256 addresses': ['2001:db8::/120', '2001:db8:: to 2001:db8::ff'],
    'an IPv4-mapped block is an IPv4 block': ['::ffff:10.0.0.0/104', '10.0.0.0 to 10.255.255.255'],
  } as const
  for (const [sentence, [text, expected]] of Object.entries(blocks))
    test(sentence, () => {
      const parsed = parseCidr(text)
      equal(parsed.ok ? formatRange(parsed.value) : parsed.fault.message, expected)
    })

  const refused = {
    'bits behind the prefix': ['10.0.0.1/8', 'CIDR_HOST_BITS'],
    'a length above 32 for IPv4': ['10.0.0.0/33', 'CIDR_LENGTH_TOO_LONG'],
    'a length above 128 for IPv6': ['::/129', 'CIDR_LENGTH_TOO_LONG'],
    'a mapped block wider than IPv4': ['::ffff:0.0.0.0/95', 'CIDR_LENGTH_TOO_LONG'],
    'an empty length': ['10.0.0.0/', 'CIDR_LENGTH_NOT_A_NUMBER'],
    'a netmask': ['10.0.0.0/255.0.0.0', 'CIDR_LENGTH_NOT_A_NUMBER'],
    'a length with a leading zero': ['10.0.0.0/08', 'CIDR_LENGTH_NOT_A_NUMBER'],
    'a shorthand network': ['10/8', 'ADDRESS_SHORTHAND'],
  } as const
  for (const [what, [text, code]] of Object.entries(refused))
    test(`refuses ${what}`, () => {
      const parsed = parseCidr(text)
      equal(parsed.ok ? 'accepted' : parsed.fault.code, code)
    })

  test('a refusal for bits behind the prefix says which block was meant', () => {
    const parsed = parseCidr('10.1.2.3/8')
    equal(!parsed.ok && parsed.fault.message.includes('10.0.0.0/8'), true)
  })

  test('a list of blocks reports every fault with its place', () => {
    const parsed = parseCidrs(['10.0.0.0/8', 'x', '10.0.0.0/99'])
    deepEqual(parsed.ok ? [] : parsed.fault.map(({ at, code }) => [at, code]), [
      [1, 'ADDRESS_UNKNOWN_FORM'],
      [2, 'CIDR_LENGTH_TOO_LONG'],
    ])
  })
})

describe('what a person types for some addresses', () => {
  const typed = {
    'one address': ['192.0.2.7', '192.0.2.7'],
    'a block': ['192.0.2.0/30', '192.0.2.0 to 192.0.2.3'],
    'two ends with a dash': ['192.0.2.7 - 192.0.2.9', '192.0.2.7 to 192.0.2.9'],
  } as const
  for (const [what, [text, expected]] of Object.entries(typed))
    test(`may be ${what}`, () => {
      const parsed = parseRangeText(text)
      equal(parsed.ok ? formatRange(parsed.value) : parsed.fault.message, expected)
    })

  test('is refused with both faults in one message', () => {
    const parsed = parseRangeText('10.1-10.2')
    equal(parsed.ok ? '' : parsed.fault.message.split('; and ').length, 2)
  })
})
