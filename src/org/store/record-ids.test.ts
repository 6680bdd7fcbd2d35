import { equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { idAt, openRecordIds } from './record-ids.ts'

describe('ids of records', () => {
  test('carry the instant', () => {
    const at = Date.parse('2026-01-10T12:00:00Z')
    equal(openRecordIds(0)(at), idAt(at))
  })

  test('leave seven free for what belongs to the record, whatever the clock does', () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 42 }), { minLength: 2, maxLength: 30 }),
        fc.nat(),
        (instants, last) => {
          const next = openRecordIds(last)
          let previous = last - 1
          for (const at of instants) {
            const id = next(at)
            ok(id >= previous + 8 || previous < last)
            ok(id >= idAt(at) && id > last)
            previous = id
          }
        },
      ),
      { numRuns: 200 },
    ))

  test('rise when the clock goes back', () => {
    const next = openRecordIds(0)
    const first = next(5000)
    equal(next(4000), first + 8)
    equal(next(3000), first + 16)
    equal(next(6000), idAt(6000))
  })

  test('go on behind the last record of the store, also where its clock was ahead', () => {
    const next = openRecordIds(idAt(9000) + 7)
    equal(next(5000), idAt(9000) + 15)
  })

  test('stay whole numbers until the year 2248', () => {
    equal(Number.isSafeInteger(idAt(Date.parse('2248-01-01')) + 7), true)
  })
})
