import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { explore } from './model/explore.ts'

const most = 3_000_000

test(`P-60: with two troubles on one way, in the first ${most} states, no runner exposes traffic`, (t) => {
  const { states, moves, endings, violations } = explore({ troubles: 2, most })
  t.diagnostic(`${states} states, ${moves} moves, endings ${JSON.stringify(endings)}`)
  deepEqual(violations, [])
})
