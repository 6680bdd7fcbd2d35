import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judgeVia } from './via.ts'

const own = 'sallyport-5eed'
const verdict = (...values: string[]): string | undefined => {
  const judged = judgeVia(values, own)
  return judged.ok ? judged.value : judged.fault.code
}
const hops = (count: number): string => Array.from({ length: count }, (_, n) => `1.1 hop${n}`).join(', ')

describe('Via', () => {
  test('that is not there says nothing', () => equal(verdict(), undefined))
  test('that is empty says nothing', () => equal(verdict('', ' , '), undefined))
  const told = {
    '1.1 a': '1.1 a',
    'HTTP/1.1 a.example:80,1.0\tb': 'HTTP/1.1 a.example:80, 1.0 b',
    '1.1 a (a comment, with a comma), 1.1 b': '1.1 a, 1.1 b',
    '1.1 a more': '1.1 a',
    'alone': '1.1 ?',
    '1.1 b\u00fccher': '1.1 b',
  }
  for (const [value, expected] of Object.entries(told))
    test(`"${value}" goes on as "${expected}"`, () => equal(verdict(value), expected))
  test('of several fields is one list', () => equal(verdict('1.1 a', '1.1 b, 1.1 c'), '1.1 a, 1.1 b, 1.1 c'))

  const loops = [`1.1 ${own}`, `1.1 a, 1.0  ${own}`, `1.1 a,HTTP/2.0\t${own} (x), 1.1 b`]
  for (const value of loops) test(`"${value}" has been here`, () => equal(verdict(value), 'LOOP'))
  test('in a second field has been here', () => equal(verdict('1.1 a', `1.1 ${own}`), 'LOOP'))
  for (const value of [`1.1 x${own}`, `1.1 ${own}x`, `1.1 a (${own})`, own])
    test(`"${value}" has not`, () => equal(verdict(value) === 'LOOP', false))

  test('of fifteen proxies is let through, of sixteen it goes round', () => {
    deepEqual([verdict(hops(15)), verdict(hops(16))], [hops(15), 'TOO_MANY_HOPS'])
    equal(verdict(hops(8), hops(8)), 'TOO_MANY_HOPS')
  })
})
