import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chooseAddresses } from '../../src/cli/demonstration/addresses.ts'
import { parseRangeText } from '../../src/ip/cidr.ts'

const chosen = (...ranges: readonly string[]) =>
  chooseAddresses(
    ranges.flatMap((text) => {
      const range = parseRangeText(text)
      return range.ok ? [range.value] : []
    }),
  )

describe('the addresses of the demonstration', () => {
  const usual = ['127.0.0.11', '127.0.0.12']
  const lists = {
    'are the usual pair for the list as it was made': [['127.0.0.11-127.0.0.12'], usual, [], '127.0.0.1'],
    'follow a list that has other loopback addresses': [
      ['192.0.2.1', '127.0.0.21-127.0.0.24'],
      ['127.0.0.21', '127.0.0.24'],
      [],
      '127.0.0.1',
    ],
    'are one where the list has one': [['127.0.0.21'], ['127.0.0.21'], [], '127.0.0.1'],
    'L-61: stay the pair where one half was taken out, and name it': [
      ['127.0.0.11'],
      usual,
      ['127.0.0.12'],
      '127.0.0.1',
    ],
    'avoid an address that was added': [['127.0.0.11-127.0.0.12', '127.0.0.1'], usual, [], '127.0.0.99'],
    'stay the usual ones where the list has no address of this machine': [['192.0.2.1'], usual, usual, '127.0.0.1'],
    'stay the usual ones for an empty list': [[], usual, usual, '127.0.0.1'],
  } as const
  for (const [sentence, [ranges, pair, unlisted, wrong]] of Object.entries(lists))
    test(sentence, () => deepEqual(chosen(...ranges), { pair, unlisted, wrong }))
})
