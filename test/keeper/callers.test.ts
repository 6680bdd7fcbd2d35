import { test } from 'node:test'
import { askTogether } from './callers.ts'

const rounds = 10

test(`L-34, L-35: 50 callers in each of 8 processes cause one exchange, ${rounds} times`, async () => {
  await askTogether(rounds)
})
