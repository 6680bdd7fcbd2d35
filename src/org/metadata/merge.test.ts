import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { merge, sameValue } from './merge.ts'

describe('merging three versions of an object', () => {
  const cases: Record<string, [base: unknown, file: unknown, inForce: unknown, value: unknown, differing: string[]]> = {
    'what only the file changed is taken': [{ a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }, []],
    'what only the admin changed stays and is told': [{ a: 1 }, { a: 1 }, { a: 3 }, { a: 3 }, ['a']],
    'what both changed stays the admin’s and is told': [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 3 }, ['a']],
    'what both changed alike is no difference': [{ a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }, []],
    'what the file no longer says goes': [{ a: 1, b: 1 }, { a: 1 }, { a: 1, b: 1 }, { a: 1 }, []],
    'what the admin removed stays away and is told': [{ a: 1, b: 1 }, { a: 1, b: 1 }, { a: 1 }, { a: 1 }, ['b']],
    'what the admin added stays and is told': [{ a: 1 }, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }, ['b']],
    'fields of one section are merged one by one': [
      { s: { a: 1, b: 1 } },
      { s: { a: 2, b: 1 } },
      { s: { a: 1, b: 3 } },
      { s: { a: 2, b: 3 } },
      ['s.b'],
    ],
    'a list is one thing': [{ l: [1] }, { l: [1, 2] }, { l: [9] }, { l: [9] }, ['l']],
    'an object that the file never named is the admin’s, and gains what only the file has': [
      undefined,
      { a: 1, b: 2 },
      { a: 9 },
      { a: 9, b: 2 },
      ['a'],
    ],
  }
  for (const [sentence, [base, file, inForce, value, differing]] of Object.entries(cases))
    test(sentence, () => {
      const merged = merge({ base, file, inForce })
      deepEqual(merged.value, value)
      deepEqual(
        merged.differences.map(({ path }) => path),
        differing,
      )
    })

  test('the order of keys does not count, that of entries does', () => {
    equal(sameValue({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }), true)
    equal(sameValue([1, 2], [2, 1]), false)
  })
})
