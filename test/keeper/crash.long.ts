/** Every place where an exchange waits, and every byte of its request and reply. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { showAll } from './crash.ts'

test('P-20, P-22, P-24, L-43: killed wherever it waits and cut after every byte, a keeper loses no reply that was on the disk, sends no spent token again but once at the last, and names every doubt within one lease', async (t) => {
  const { report, wrong } = await showAll(t)
  t.diagnostic(`${report.runs.flatMap(({ rows }) => rows).length} kills, ${report.cuts.flat().length} cuts`)
  deepEqual(wrong, [])
})
