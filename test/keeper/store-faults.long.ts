/** The store fails at every call of an exchange, and gives up at every commit of a process that nobody listens to. */
import { deepEqual, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aLease, exchangeInChild, openBattlefield } from './battlefield.ts'
import { breakEverywhere, wrongInStore } from './broken-store.ts'
import { answerOf } from './kill.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

const codes = { 'full': 13, 'read-only': 8, 'gone': 14, 'out of order': 10 }
const ops = ['begin', 'statement', 'commit', 'after-commit'] as const

describe('P-26, L-44, L-45: a store refuses before it spends, or holds the reply until it is mended', () => {
  for (const [sentence, errcode] of Object.entries(codes))
    for (const lasts of ['once', 'on'] as const)
      test(`that is ${sentence} at a call${lasts === 'on' ? ', and from then on' : ''}`, async (t) => {
        const found = await breakEverywhere({ ops, errcode, lasts })
        t.diagnostic(`${found.length} calls`)
        ok(found.length > 50)
        deepEqual(
          found.flatMap((each) => (wrongInStore(each) === undefined ? [] : [{ ...each, wrong: wrongInStore(each) }])),
          [],
        )
      })

  test('P-20: and where it gives up for good, the process ends only when the reply is beside it', async (t) => {
    await using field = await openBattlefield()
    let ended = 0
    const { time } = field
    for (let n = 1; ; n += 1) {
      const id = `canary-${n}`
      await field.scene.adopt(id)
      const grant = await newestGrant(field.scene.org)
      const inject = { op: 'commit', n, errcode: 1034 } as const
      const { places } = await exchangeInChild({ folder: field.scene.folder, id, dieAt: 0, ahead: time.by(), inject })
      const gone = places.some((place) => place.startsWith('rejected '))
      if (!gone && places.length > 0) break
      ended += 1
      time.ahead(time.by() + aLease)
      deepEqual(
        [await answerOf(field.successor, id), await redemptionsOf(field.scene.org, grant)],
        ['token', ['allowed']],
      )
    }
    t.diagnostic(`${ended} commits`)
    ok(ended > 4)
  })
})
