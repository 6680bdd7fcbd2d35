import { deepEqual, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { secret } from '../../values/secret.ts'
import { judgeDescriptors } from './descriptors.ts'

const client = { name: 'a', username: 'a', password: secret('x'), mayPin: false }
const clients = [
  { ...client, connections: 4000 },
  { ...client, connections: 5000 },
]

describe('open files', () => {
  const verdicts = {
    'no limit is fine': [undefined, 'ok'],
    'two a tunnel, and some for everything else, is fine': [18_250, 'ok'],
    'one less is a doubt': [18_249, 'warn'],
    'next to none is a doubt, not a negative number': [64, 'warn'],
  } as const
  for (const [sentence, [limit, state]] of Object.entries(verdicts))
    test(sentence, () => deepEqual(judgeDescriptors(limit, clients).state, state))

  test('a doubt says how many tunnels fit, how many are wanted, and the limit that would do', () => {
    const { says, next } = judgeDescriptors(1024, clients)
    match(says, /^1024 open files are enough for 387 tunnels at one time; gateway\.clients may hold 9000$/)
    deepEqual(next[0], 'ulimit -n 18250')
  })
})
