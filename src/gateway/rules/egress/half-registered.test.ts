import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Admission } from './admission.ts'
import { findHalfRegistered } from './half-registered.ts'

const group = '*.salesforce.com:443'
const told = (label: string | undefined, admission: Admission) => ({ label, group, admission })

describe('half of the pair registered (L-61)', () => {
  test('nothing told is no warning: nobody knows', () => {
    deepEqual(findHalfRegistered([{ name: 'a', admissions: [] }, { name: 'b', admissions: [] }]), []) // prettier-ignore
  })

  test('where one is confirmed, the other is named, known to be refused or not', () => {
    const a = { name: 'a', admissions: [told('X', 'confirmed')] }
    deepEqual(findHalfRegistered([a, { name: 'b', admissions: [] }]), [{ label: 'X', group, egress: 'b', is: 'unknown' }]) // prettier-ignore
    const refused = { name: 'b', admissions: [told('X', 'refused')] }
    deepEqual(findHalfRegistered([a, refused]), [{ label: 'X', group, egress: 'b', is: 'refused' }])
    const confirmed = { name: 'b', admissions: [told('X', 'confirmed')] }
    deepEqual(findHalfRegistered([a, confirmed]), [])
  })

  test('both refused is no half', () => {
    const refused = { admissions: [told('X', 'refused')] }
    deepEqual(findHalfRegistered([{ name: 'a', ...refused }, { name: 'b', ...refused }]), []) // prettier-ignore
  })

  test('P-42: customer X refused on one and Y on the other are two warnings', () => {
    const pair = [
      { name: 'a', admissions: [told('X', 'refused'), told('Y', 'confirmed')] },
      { name: 'b', admissions: [told('X', 'confirmed'), told('Y', 'refused')] },
    ]
    deepEqual(findHalfRegistered(pair), [
      { label: 'X', group, egress: 'a', is: 'refused' },
      { label: 'Y', group, egress: 'b', is: 'refused' },
    ])
  })

  test('a label falls back to what is told of everybody', () => {
    const pair = [
      { name: 'a', admissions: [told(undefined, 'confirmed')] },
      { name: 'b', admissions: [told(undefined, 'confirmed'), told('X', 'refused')] },
    ]
    deepEqual(findHalfRegistered(pair), [{ label: 'X', group, egress: 'b', is: 'refused' }])
  })
})
