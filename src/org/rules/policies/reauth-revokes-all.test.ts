import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { boundTo, contextOf, exchanging, widestTerms } from '../questions-for-tests.ts'
import { reauthRevokesAll as policy } from './reauth-revokes-all.ts'

const { configuration } = contextOf('externalClientApp')
const approvalsKept = (reauthRevokesAll: boolean, before: number) =>
  boundTo(
    policy,
    {},
    contextOf('externalClientApp', { configuration: { ...configuration, reauthRevokesAll } }),
  ).terms?.({ ...widestTerms, approvalsKept: before }, exchanging()).approvalsKept

describe('reauth revokes all', () => {
  test('SF-192: on, only the new approval remains', () => equal(approvalsKept(true, 5), 1))
  test('SF-192: off, the number stays', () => equal(approvalsKept(false, 5), 5))
  test('by default it is off', () => equal(configuration.reauthRevokesAll, false))
})
