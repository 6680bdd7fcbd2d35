import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { numberedId, parseOrganizationId, parseSalesforceId, parseUserId } from './salesforce-id.ts'

const read = (text: string, prefix: string): string => {
  const id = parseSalesforceId(text, prefix)
  return id.ok ? id.value : id.fault
}

describe('Salesforce ids (SF-02)', () => {
  const ids = {
    'fifteen characters get their checksum': ['00D000000000001', '00D', '00D000000000001EAA'],
    'eighteen characters stay as they are': ['00D000000000001EAA', '00D', '00D000000000001EAA'],
    'the checksum tells capitals from small letters': ['005aBcDeFgHiJkL', '005', '005aBcDeFgHiJkLQKV'],
    'a wrong checksum is refused': ['00D000000000001AAA', '00D', 'the checksum does not fit'],
    'a checksum in small letters is refused': ['00D000000000001eaa', '00D', 'not 15 or 18 letters and digits'],
    'another key prefix is refused': ['005000000000001', '00D', 'the key prefix is another kind'],
    'sixteen characters are refused': ['00D0000000000012', '00D', 'not 15 or 18 letters and digits'],
    'a line break after the id is refused': ['00D000000000001\n', '00D', 'not 15 or 18 letters and digits'],
    'nothing is refused': ['', '00D', 'not 15 or 18 letters and digits'],
  } as const
  for (const [sentence, [text, prefix, expected]] of Object.entries(ids))
    test(sentence, () => equal(read(text, prefix), expected))

  test('an org id is no user id', () => {
    equal(parseOrganizationId('00D000000000001').ok, true)
    equal(parseUserId('00D000000000001').ok, false)
    equal(parseUserId('005000000000001').ok, true)
  })

  test('numbered ids are valid, distinct and count in base 36', () => {
    equal(numberedId('005', 1), '005000000000001AAA')
    equal(numberedId('00D', 36), '00D000000000010EAA')
    fc.assert(fc.property(fc.nat(), (n) => equal(read(numberedId('005', n), '005'), numberedId('005', n))))
  })

  test('the long form of an id depends on its first fifteen characters alone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{15}$/), (short) => {
        const long = read(short, '')
        equal(long.length, 18)
        equal(read(long, ''), long)
      }),
    )
  })
})
