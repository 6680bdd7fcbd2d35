import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { admissionOf, admissionRowsOf, indexAdmissions, type AdmissionRow } from './admission.ts'

const group = '*.salesforce.com:443'
const row = (egress: string, admission: AdmissionRow['admission'], label?: string): AdmissionRow => ({
  label,
  group,
  egress,
  admission,
})
const of = (rows: readonly AdmissionRow[], egress: string, label: string) =>
  admissionOf(indexAdmissions(rows), { label, group, egress })

describe('P-42: admission', () => {
  test('is unknown until somebody says otherwise', () => equal(of([], 'a', 'x'), 'unknown'))
  test('is kept by label: customer x refused on a does not touch customer y', () => {
    const rows = [row('a', 'refused', 'x'), row('b', 'refused', 'y')]
    deepEqual(
      [of(rows, 'a', 'x'), of(rows, 'b', 'x'), of(rows, 'a', 'y'), of(rows, 'b', 'y')],
      ['refused', 'unknown', 'unknown', 'refused'],
    )
  })
  test('a row without label is for everybody who has none of their own', () => {
    const rows = [row('a', 'confirmed'), row('a', 'refused', 'x')]
    deepEqual([of(rows, 'a', 'x'), of(rows, 'a', 'y')], ['refused', 'confirmed'])
  })
  test('a later row wins, and unknown takes a row away', () => {
    equal(of([row('a', 'refused', 'x'), row('a', 'confirmed', 'x')], 'a', 'x'), 'confirmed')
    equal(of([row('a', 'confirmed'), row('a', 'refused', 'x'), row('a', 'unknown', 'x')], 'a', 'x'), 'confirmed')
  })
  test('belongs to one group of destinations', () =>
    equal(
      admissionOf(indexAdmissions([row('a', 'refused')]), { label: 'x', group: 'other:443', egress: 'a' }),
      'unknown',
    ))
  test('is listed by egress', () =>
    deepEqual(admissionRowsOf(indexAdmissions([row('a', 'refused', 'x'), row('b', 'confirmed')]), 'a'), [
      row('a', 'refused', 'x'),
    ]))
})
