import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { explore, type Scope } from './model/explore.ts'

const most = 3_000_000

const scopes: Readonly<Record<string, Scope>> = {
  [`two troubles on one way, in the first ${most} states`]: { troubles: 2, most },
  [`two troubles on one way, from one address to one, in the first ${most} states`]: { troubles: 2, most, to: ['n'] },
  [`two troubles on one way, with a list that a person types, in the first ${most} states`]: {
    ...{ troubles: 2, most, lists: ['typed'], to: ['n'] },
  },
  'one trouble, with one of two addresses on standby before': { troubles: 1, standby: ['m'] },
  'a list that is typed wrong, slow, or confirmed untyped, three times on one way': {
    ...{ troubles: 3, most, lists: ['typed'], to: ['n'] },
    wrong: /instead of|takes long|confirms what they have not/,
  },
  [`edits of others, aborts, rollbacks and runs again, three on one way, in the first ${most} states`]: {
    ...{ troubles: 3, most, to: ['n'] },
    wrong: /a person asks: (abort|rollback)|runs it again|somebody/,
  },
  'aborts and rollbacks of a list that a person types, twice on one way': {
    ...{ troubles: 2, lists: ['typed'], to: ['n'] },
    wrong: /a person asks: (abort|rollback)|runs it again/,
  },
  'one trouble, with a list that a person types': { troubles: 1, lists: ['typed'], to: ['n'] },
  'one trouble, with a list that a person types, to two addresses': { troubles: 1, lists: ['typed'] },
  'one trouble, with two lists': { troubles: 1, lists: ['read', 'read'], to: ['n'] },
  'one trouble, with two lists of which a person types the second': {
    troubles: 1,
    lists: ['read', 'typed'],
    to: ['n'],
  },
}

for (const [what, scope] of Object.entries(scopes))
  test(`P-60: with ${what}, no runner exposes traffic`, (t) => {
    const { states, moves, endings, violations } = explore(scope)
    t.diagnostic(`${states} states, ${moves} moves, endings ${JSON.stringify(endings)}`)
    deepEqual(violations, [])
  })
