import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assert, bigInt, integer, oneof, property, uniqueArray } from 'fast-check'
import { formatAddress, ipv4, ipv6 } from '../../ip/address.ts'
import { parseAllowlist } from '../../ip/allowlist.ts'
import { changedRows, listedOf, othersOf, widerRows, writeRows, type ListRows } from './list-change.ts'

const rowsOf = (...texts: readonly string[]): ListRows => {
  const parsed = parseAllowlist(
    texts.map((text) => {
      const [start = '', end = start] = text.split(' - ')
      return { start, end }
    }),
  )
  if (!parsed.ok) throw new Error(parsed.fault.map(({ message }) => message).join())
  return parsed.value.rows
}
const description = 'Sallyport'

describe('a change of the list', () => {
  test('adds single addresses at its end and keeps the order of the rest', () => {
    const changed = changedRows(rowsOf('192.0.2.9', '192.0.2.1'), { add: ['192.0.2.5'], remove: [], description })
    ok(changed.ok)
    deepEqual(
      writeRows(changed.value.rows).map(({ start }) => start),
      ['192.0.2.9', '192.0.2.1', '192.0.2.5'],
    )
    equal(changed.value.rows.at(-1)?.description, 'Sallyport')
  })

  test('adds nothing that a wider row holds already: rows may not overlap', () => {
    const changed = changedRows(rowsOf('192.0.2.0 - 192.0.2.15'), { add: ['192.0.2.5'], remove: [], description })
    ok(changed.ok)
    equal(changed.value.rows.length, 1)
  })

  test('is refused where a row to be removed holds others as well', () => {
    const changed = changedRows(rowsOf('192.0.2.0 - 192.0.2.15'), { add: [], remove: ['192.0.2.5'], description })
    deepEqual(changed, { ok: false, fault: [{ message: '192.0.2.0 to 192.0.2.15 holds more than 192.0.2.5.' }] })
  })

  test('takes out a range all of whose addresses go', () => {
    const changed = changedRows(rowsOf('192.0.2.4 - 192.0.2.5', '192.0.2.9'), {
      ...{ add: [], remove: ['192.0.2.5', '192.0.2.4'], description },
    })
    ok(changed.ok)
    deepEqual(
      writeRows(changed.value.rows).map(({ start }) => start),
      ['192.0.2.9'],
    )
  })

  test('L-98: is refused where both sets together pass 128 ranges, or 256 addresses', () => {
    const ranges = rowsOf(...Array.from({ length: 127 }, (_, i) => `192.0.2.${i}`))
    ok(changedRows(ranges, { add: ['198.51.100.1'], remove: [], description }).ok)
    ok(!changedRows(ranges, { add: ['198.51.100.1', '198.51.100.2'], remove: [], description }).ok)
    const addresses = rowsOf('2001:db8:: - 2001:db8::fe')
    ok(changedRows(addresses, { add: ['198.51.100.1'], remove: [], description }).ok)
    ok(!changedRows(addresses, { add: ['198.51.100.1', '2001:db9::1'], remove: [], description }).ok)
  })

  test('undone gives the list that was there', () => {
    const address = oneof(
      integer({ min: 0xc000_0200, max: 0xc000_0220 }).map((n) => formatAddress(ipv4(n))),
      bigInt({ min: 0x20010db8n << 96n, max: (0x20010db8n << 96n) + 20n }).map((n) => formatAddress(ipv6(n))),
    )
    assert(
      property(uniqueArray(address, { maxLength: 12 }), uniqueArray(address, { maxLength: 4 }), (before, add) => {
        const rows = rowsOf(...before)
        const fresh = add.filter((each) => !before.includes(each))
        const there = changedRows(rows, { add, remove: [], description })
        ok(there.ok)
        deepEqual(listedOf(there.value.rows, add), add)
        equal(othersOf(there.value.rows, add), othersOf(rows, add))
        const back = changedRows(there.value.rows, { add: [], remove: fresh, description })
        ok(back.ok)
        deepEqual(writeRows(back.value.rows), writeRows(rows))
      }),
    )
  })
})

test('everything else in a list has one name, in whatever order it is', () => {
  const one = othersOf(rowsOf('192.0.2.1', '192.0.2.7', '2001:db8::1'), ['192.0.2.1'])
  equal(one, othersOf(rowsOf('2001:db8::1', '192.0.2.7'), ['192.0.2.1']))
  ok(one !== othersOf(rowsOf('192.0.2.7'), ['192.0.2.1']))
})

test('a row of the address alone is not wider than it', () => {
  deepEqual(widerRows(rowsOf('192.0.2.1', '2001:db8:: - 2001:db8::1'), '192.0.2.1'), [])
  equal(widerRows(rowsOf('192.0.2.1', '2001:db8:: - 2001:db8::1'), '2001:db8::1').length, 1)
})
