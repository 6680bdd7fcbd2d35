import { describe, test } from 'node:test'
import { race } from './race.ts'

const rounds = 2_000
const parallel = 64

describe(`${parallel} parallel redemptions of one token, ${rounds} times`, () => {
  for (const storage of ['memory', 'file'] as const)
    test(`P-02: never two winners and never none (store in ${storage === 'file' ? 'a file' : 'memory'})`, () =>
      race({ storage, rounds, parallel, signing: true }))
})
