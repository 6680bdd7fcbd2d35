/** One bad day of the org each, and what becomes of the connection: what a caller gets, its state, and once the day is over. */
import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeeperError } from '../../src/keeper/keeper-error.ts'
import { minutes } from '../../src/values/time.ts'
import { bentTime } from './bent-time.ts'
import { openScene, type Scene } from './scene.ts'
import { newestGrant, redemptionsOf } from './truth.ts'

type Day = {
  readonly begins: (scene: Scene) => unknown
  /** The org's history after the first caller. */
  readonly seen: readonly string[]
  readonly now: string
  readonly later: string
}

const fault =
  (kind: 'drop-response' | 'unavailable' | 'in-flight'): Day['begins'] =>
  ({ org }) =>
    org.faults.add({ kind }, { times: 1 })

const days: Readonly<Record<string, Day>> = {
  'L-41: a dropped reply is in doubt, and a person is asked when nothing is left to lose': {
    ...{ begins: fault('drop-response'), seen: ['allowed'], now: 'IN_DOUBT in-doubt' },
    later: 'REAUTHORIZATION_REQUIRED reauthorization-required',
  },
  'P-24: a 503 is in doubt, and alive when all has settled': {
    ...{ begins: fault('unavailable'), seen: [], now: 'IN_DOUBT in-doubt', later: 'generation 2 alive' },
  },
  'P-23: an exchange of somebody else under way is in doubt, and alive when all has settled': {
    ...{ begins: fault('in-flight'), seen: [], now: 'IN_DOUBT in-doubt', later: 'generation 2 alive' },
  },
  'a delay before the commit costs patience alone': {
    begins: ({ org }) => org.faults.add({ kind: 'delay', for: 200, when: 'before-commit' }, { times: 1 }),
    ...{ seen: ['allowed'], now: 'generation 2 alive', later: 'generation 2 alive' },
  },
  'a delay after the commit costs patience alone': {
    begins: ({ org }) => org.faults.add({ kind: 'delay', for: 200, when: 'after-commit' }, { times: 1 }),
    ...{ seen: ['allowed'], now: 'generation 2 alive', later: 'generation 2 alive' },
  },
  'L-53: a revocation in flight ends it': {
    begins: async ({ org }) => {
      org.faults.add({ kind: 'delay', for: 800, when: 'before-commit' }, { times: 1 })
      setTimeout(() => void org.admin('/oauth-usage/revoke', { method: 'POST', body: { app: 'Test_App' } }), 100)
      await Promise.resolve()
    },
    ...{ seen: ['revoked'], now: 'REAUTHORIZATION_REQUIRED reauthorization-required' },
    later: 'REAUTHORIZATION_REQUIRED reauthorization-required',
  },
  'L-56: a jump of its clock by an hour means nothing': {
    begins: async ({ org }) => await org.clock.advance(minutes(60)),
    ...{ seen: ['allowed'], now: 'generation 2 alive', later: 'generation 2 alive' },
  },
}

describe('the org has a bad day:', () => {
  for (const [sentence, day] of Object.entries(days))
    test(sentence, async () => {
      const time = bentTime()
      await using scene = await openScene({ environment: time.environment })
      const grant = await newestGrant(scene.org)
      await day.begins(scene)
      const answer = async (): Promise<string> => {
        const got = await scene.keeper.accessToken('canary').then(
          ({ generation }) => `generation ${generation}`,
          (error: KeeperError) => error.code,
        )
        return `${got} ${(await scene.keeper.connection('canary'))?.state}`
      }
      const now = await answer()
      const seen = await redemptionsOf(scene.org, grant)
      scene.org.faults.clear()
      time.ahead(minutes(8))
      deepEqual({ now, seen, later: await answer() }, { now: day.now, seen: day.seen, later: day.later })
    })
})
