import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseAuthority, type Destination } from '../destination/destination.ts'
import { parseEgressSet, type EgressEntry } from './egress-set.ts'

const local = (name: string, address: string): EgressEntry => ({ name, address, confirm: 'on' })
const own = (text: string): Destination => {
  const place = parseAuthority(text)
  if (!place.ok) throw new Error(text)
  return place.value
}
const faults = (entries: readonly EgressEntry[], places: readonly Destination[] = []) => {
  const set = parseEgressSet(entries, places)
  return set.ok ? [] : set.fault.map(({ path, message }) => `${path} ${message}`)
}

describe('the declared set of egresses', () => {
  test('a pair of local addresses and a proxy are in order', () =>
    deepEqual(
      faults([local('a', '127.0.0.11'), local('b', '127.0.0.12'), { name: 'c', via: 'http://u:p@c.test:1' }]),
      [],
    ))
  test('two of one name are refused', () =>
    match(
      faults([local('a', '127.0.0.11'), local('a', '127.0.0.12')])[0] ?? '',
      /^egress\[1\]\.name is the name of egress\[0\]/,
    ))
  test('one address twice is refused, in whatever spelling', () =>
    equal(faults([local('a', '2001:db8::1'), local('b', '2001:0db8:0:0::1')]).length, 1))
  test('every fault is told at once', () =>
    equal(faults([local('a b', '0.0.0.0'), { name: 'c', via: 'gopher://x', public: 'y' }]).length, 4))
  test('an address that stands for any is refused', () => match(faults([local('a', '::')])[0] ?? '', /which is any/))

  const loops = {
    'http://127.0.0.1:9293': '127.0.0.1:9293',
    'http://localhost:9293': '127.0.0.1:9293',
    'http://[::1]:9293': '0.0.0.0:9293',
    'https://Gateway.test:443': 'gateway.test:443',
  }
  for (const [via, place] of Object.entries(loops))
    test(`${via} is the gateway itself where that listens on ${place}`, () =>
      match(faults([{ name: 'a', via }], [own(place)])[0] ?? '', /^egress\[0\]\.via leads to .* this gateway itself/))
  test('another port of this machine is another proxy', () =>
    deepEqual(faults([{ name: 'a', via: 'http://127.0.0.1:9299' }], [own('127.0.0.1:9293')]), []))
})
