import { deepEqual, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judgeRoom } from './room.ts'

const megabytes = (count: number): number => count * 1024 * 1024

describe('room for the store', () => {
  const verdicts = {
    'none at all fails': [0, 'fail'],
    'less than the log takes between two checkpoints fails': [megabytes(32) - 1, 'fail'],
    'enough for that, and not for long, is a doubt': [megabytes(32), 'warn'],
    'plenty is fine': [megabytes(256), 'ok'],
  } as const
  for (const [sentence, [free, state]] of Object.entries(verdicts))
    test(sentence, () => deepEqual(judgeRoom('data', free).state, state))

  test('a failure says how much is left, what that means, and what to do', () => {
    const { says, next } = judgeRoom('data', megabytes(3))
    match(says, /^3 MB are free for data: .*503/)
    deepEqual(next[0], 'df -h data')
  })
})
