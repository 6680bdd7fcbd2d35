import { test } from 'node:test'
import { askAskew } from './callers.ts'

const rounds = 2

test(`P-20, L-56: 50 callers in each of 8 processes cause one exchange where the clocks of half of them are a minute ahead, ${rounds} times`, () =>
  askAskew(rounds))
