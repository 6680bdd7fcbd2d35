import { test } from 'node:test'
import { askTogether } from './callers.ts'

const rounds = 10_000

test(`L-34, L-35: 50 callers in each of 8 processes cause one exchange, ${rounds} times`, async (t) => {
  const done = await askTogether(rounds, (so) => t.diagnostic(JSON.stringify(so)))
  t.diagnostic(`${done.exchanges} exchanges in ${done.rounds} rounds, ${done.seconds} s`)
})
