import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatAddress } from '../../../ip/address.ts'
import { combineFamilies, type FamilyAnswer } from './name-answer.ts'

const records = (addresses: readonly string[], ttl = 300): FamilyAnswer => ({
  kind: 'records',
  records: addresses.map((address) => ({ address, ttl })),
})
const failed = (code: string): FamilyAnswer => ({ kind: 'failed', code })

function said(families: readonly (FamilyAnswer | undefined)[]): string {
  const { answer } = combineFamilies(families)
  if (answer.ok) return answer.value.map(formatAddress).join(' ')
  return answer.fault.kind === 'timed-out' ? 'timed out' : answer.fault.why
}
const kept = (families: readonly (FamilyAnswer | undefined)[]): number => combineFamilies(families).keepFor

describe('the answers for both families', () => {
  const verdicts = {
    'are taken together': [[records(['192.0.2.1']), records(['2001:db8::1'])], '192.0.2.1 2001:db8::1'],
    'one is enough where the other has nothing': [[records(['192.0.2.1']), failed('ENODATA')], '192.0.2.1'],
    'one is enough where the other failed': [[failed('ESERVFAIL'), records(['2001:db8::1'])], '2001:db8::1'],
    'one is enough where the other is late': [[records(['192.0.2.1']), undefined], '192.0.2.1'],
    'SF-143: a mapped address is its IPv4 address, once': [[records(['192.0.2.1']), records(['::ffff:192.0.2.1'])], '192.0.2.1'],
    'no such name': [[failed('ENOTFOUND'), failed('ENOTFOUND')], 'there is no such name'],
    'a name without addresses': [[failed('ENODATA'), failed('ENODATA')], 'it has no address'],
    'an empty answer': [[records([]), records([])], 'it has no address'],
    'a server that fails': [[failed('ESERVFAIL'), failed('ENODATA')], 'the name server failed'],
    'a server that refuses': [[failed('EREFUSED'), failed('EREFUSED')], 'the name server refuses to answer'],
    'no server at all': [[failed('ECONNREFUSED'), failed('ECONNREFUSED')], 'no name server listens'],
    'one of the two without an answer': [[failed('ENODATA'), failed('ETIMEOUT')], 'timed out'],
    'a code that nobody knows': [[failed('EWHAT'), failed('EWHAT')], 'the name server could not be asked, EWHAT'],
  } as const // prettier-ignore
  for (const [sentence, [families, expected]] of Object.entries(verdicts))
    test(sentence, () => equal(said(families), expected))

  test('are kept as long as the shortest of them allows, between one second and thirty', () => {
    const lifetimes = [0, 1, 5, 30, 86_400].map((ttl) =>
      kept([records(['192.0.2.1'], ttl), records(['2001:db8::1'], 86_400)]),
    )
    deepEqual(lifetimes, [1000, 1000, 5000, 30_000, 30_000])
  })

  test('are kept for a second where one is missing or failed, and so are refusals', () => {
    deepEqual(
      [
        [records(['192.0.2.1']), undefined],
        [records(['192.0.2.1']), failed('ESERVFAIL')],
        [failed('ENOTFOUND'), failed('ENOTFOUND')],
      ].map(kept),
      [1000, 1000, 1000],
    )
  })

  test('a family without addresses takes nothing from the lifetime of the other', () =>
    equal(kept([records(['192.0.2.1'], 20), failed('ENODATA')]), 20_000))

  test('of a thousand addresses eight are kept', () => {
    const many = Array.from({ length: 1000 }, (_, i) => `13.108.${i >> 8}.${i & 255}`)
    equal(said([records(many), failed('ENODATA')]).split(' ').length, 8)
  })
})
