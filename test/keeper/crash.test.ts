/** The places between the intent and the end of its commit; all of them are in the long form. */
import { test } from 'node:test'
import { killEverywhere } from './kill.ts'

test('P-20, P-22, L-43: killed wherever it waits, a keeper loses no reply that had reached it, sends no spent token again, and names every doubt within one lease', (t) =>
  killEverywhere(t, { first: 14, last: 23 }))
