/** After every 97th byte; after every byte in the long form. */
import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { cutEverywhere, openCutField, wrongInCut } from './cut.ts'

for (const part of ['request', 'reply'] as const)
  for (const how of ['reset', 'end'] as const)
    test(`P-24, L-41: cut by ${how === 'reset' ? 'a reset' : 'an end'} within a ${part}, it is in doubt, is named, and no spent token is sent again but once at the last`, async (t) => {
      await using field = await openCutField(t)
      const rows = await cutEverywhere(field, { of: part, how, step: 97 })
      deepEqual(
        rows.flatMap((row) => wrongInCut(row) ?? []),
        [],
      )
      ok(rows.length > 3, `${rows.length} cuts`)
    })
