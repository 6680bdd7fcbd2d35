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
  const lists = {
    'are the usual ones for the list as it was made': [['127.0.0.11-127.0.0.12'], '127.0.0.11', '127.0.0.99'],
    'follow a list that has another loopback address': [['192.0.2.1', '127.0.0.21'], '127.0.0.21', '127.0.0.99'],
    'avoid an address that was added': [['127.0.0.11', '127.0.0.99'], '127.0.0.11', '127.0.1.1'],
    'stay the usual ones where the list has no address of this machine': [['192.0.2.1'], '127.0.0.11', '127.0.0.99'],
    'stay the usual ones for an empty list': [[], '127.0.0.11', '127.0.0.99'],
  } as const
  for (const [sentence, [ranges, allowed, wrong]] of Object.entries(lists))
    test(sentence, () => deepEqual(chosen(...ranges), { allowed, wrong }))
})
