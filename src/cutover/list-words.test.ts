import { equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { caseText, caseWords, setupWords } from './list-words.ts'
import { readWrittenRanges } from './written-ranges.ts'

const rows = (...ranges: readonly string[]) => {
  const read = readWrittenRanges(ranges)
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.value
}
const before = rows('192.0.2.1', '192.0.2.2', '203.0.113.0/29')
const between = rows('192.0.2.1', '192.0.2.2', '203.0.113.0/29', '198.51.100.1', '198.51.100.2')
const terms = { orgId: '00D000000000001', reason: 'We move.' }

describe('what a person types into Setup', () => {
  test('is told click by click, in the order of typing, with the whole list to compare', () =>
    equal(
      setupWords({ app: 'Nightly_Sync', before, after: between }),
      [
        'The refresh token IP allowlist of Nightly_Sync has to be changed by hand; this takes the place of whatever was asked before.',
        '  1. In Setup (Lightning Experience), open External Client Apps Manager, choose Nightly_Sync, then Edit Settings. It takes the permission "Create, edit, and delete External Client Apps".',
        '  2. Go to the refresh token IP allowlist. Leave the switch "Enforce Refresh Token IP Allowlist" as it is.',
        '  3. Add: start address 198.51.100.1, end address 198.51.100.1.',
        '  4. Add: start address 198.51.100.2, end address 198.51.100.2.',
        '  5. Before you save, compare. The list has to hold these 5 rows:',
        '       192.0.2.1',
        '       192.0.2.2',
        '       203.0.113.0 to 203.0.113.7',
        '       198.51.100.1',
        '       198.51.100.2',
        '  6. Save.',
        '  7. Run: sallyport cutover confirm. Then run the cutover again; it goes on when real redemptions show that it is so.',
      ].join('\n'),
    ))

  test('names each row that goes, and that no other does', () => {
    const words = setupWords({ app: 'Nightly_Sync', before: between, after: rows('203.0.113.0/29', '198.51.100.1') })
    for (const each of ['192.0.2.1', '192.0.2.2', '198.51.100.2'])
      ok(words.includes(`Remove this row and no other: start address ${each}, end address ${each}.`))
    ok(!words.includes('Add:'))
    ok(!words.includes('Remove this row and no other: start address 203.0.113.0'))
  })

  test('is a comparison where nothing is to be changed', () =>
    match(setupWords({ app: 'Nightly_Sync', before, after: before }), /Look whether it holds what is listed below/))
})

describe('a support case', () => {
  const text = caseText({ app: 'Old_App', before, after: between }, terms)

  test('has one change, the list before and after, the reason, and what must not happen', () => {
    equal(text.subject, 'Connected App "Old_App" (org 00D000000000001): add 2 to the refresh token IP allowlist')
    match(text.body, /Add these ranges:\n {2}start address 198\.51\.100\.1, end address 198\.51\.100\.1\n/)
    ok(!text.body.includes('Remove these ranges'))
    match(text.body, /now \(these 3 rows\):[^]*after this change \(these 5 rows\):[^]*Reason: We move\.[^]*hard block/)
  })

  test('is told with its file, and with what to do when it is closed', () => {
    const words = caseWords(text, '/data/cutover-cases/Old_App-1.txt')
    match(words, /also in \/data\/cutover-cases\/Old_App-1\.txt/)
    match(words, /nothing is assumed meanwhile[^]*Withdraw every earlier case[^]*sallyport cutover confirm/)
    ok(words.endsWith(text.body))
  })

  test('that has nothing to change says so, and need not be opened where none was', () => {
    const check = caseText({ app: 'Old_App', before, after: before }, terms)
    match(check.body, /^Please look at [^]*whether it was done or not[^]*mend what differs/)
    match(caseWords(check, 'x'), /If none was ever opened, open none/)
    ok(!caseWords(text, 'x').includes('open none'))
  })

  test('that removes says which and how many', () =>
    equal(
      caseText({ app: 'Old_App', before, after: rows('203.0.113.0/29') }, terms).subject,
      'Connected App "Old_App" (org 00D000000000001): remove 2 from the refresh token IP allowlist',
    ))
})
