import { deepEqual, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { lineOf } from './fault-report.ts'
import { faults } from './faults.ts'

const page = readFileSync(new URL('../../../docs/reference/cutover-faults.md', import.meta.url), 'utf8')

test('L-93: the table of faults knows every fault, as it ends; `npm run cutover:faults` writes it anew', () => {
  ok(faults.length > 30, `${faults.length} faults`)
  const missing = faults.filter((fault) => lineOf(page, fault) === undefined)
  deepEqual(
    missing.map(({ what, where, ends }) => `${what}, ${where}: ${ends}`),
    [],
  )
})
