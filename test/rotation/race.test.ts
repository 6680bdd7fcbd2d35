import { describe, test } from 'node:test'
import { race } from './race.ts'

const rounds = 200
const parallel = 64

describe(`${parallel} parallel redemptions of one token, ${rounds} times`, () => {
  for (const storage of ['memory', 'file'] as const)
    test(`P-02: each time there is one winner, never two and never none, and losers say only SF-53 or SF-49 (store in ${storage === 'file' ? 'a file' : 'memory'})`, () =>
      race({ storage, rounds, parallel }))

  test('P-02: an id_token that each of them has to sign first changes nothing of that, 10 times', () =>
    race({ storage: 'memory', rounds: 10, parallel, signing: true }))
})
