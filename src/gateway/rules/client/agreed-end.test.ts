import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { agreedEnd } from './agreed-end.ts'

test('the end of a tunnel is agreed on where it is asked for once, in milliseconds, and can be kept', () => {
  equal(agreedEnd(['25000']), 25_000)
  for (const values of [
    [],
    ['25000', '25000'],
    [''],
    ['-1'],
    ['1e3'],
    ['0'],
    ['499'],
    ['86400001'],
    ['25000 '],
    ['25s'],
  ])
    equal(agreedEnd(values), undefined, JSON.stringify(values))
})
