import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAddress } from './address.ts'
import { formatHolder, holderOfText } from './holder.ts'

const holders = {
  'an IPv4 address holds itself alone': ['192.0.2.7', '192.0.2.7'],
  'an IPv6 address stands for its /64': ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
  'the neighbouring /64 is another holder': ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  'the first address of a /64 stands for it as well': ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  'the loopback has a /64 like any other': ['::1', '::/64'],
  'an IPv4-mapped address is the IPv4 address': ['::ffff:192.0.2.7', '192.0.2.7'],
} as const

describe('the holder of an address', () => {
  for (const [sentence, [text, holder]] of Object.entries(holders)) {
    test(sentence, () => {
      const parsed = parseAddress(text)
      equal(parsed.ok && formatHolder(parsed.value), holder)
      equal(holderOfText(text), holder)
    })
  }

  test('text that is no address is its own holder', () => {
    for (const text of ['others', 'source 17', 'a:b', '2001:db8::/64', '']) equal(holderOfText(text), text)
  })
})
