import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generation } from '../../values/domain.ts'
import { after, before, days, instant, milliseconds, seconds } from '../../values/time.ts'
import {
  endedGrantsKept,
  judgeToken,
  judgeWithoutGrant,
  type Judgement,
  type JudgeTerms,
  type Presented,
  type RotationMode,
  type TokenRow,
} from './judge-token.ts'

const now = instant('2026-01-01T00:00:00Z')
const overlapMs = seconds(10)
const current = 5

type Relation = 'grandparent' | 'parent' | 'same' | 'child' | 'far-newer'
const presentedGeneration: Record<Relation, number> = {
  'grandparent': current - 2,
  'parent': current - 1,
  'same': current,
  'child': current + 1,
  'far-newer': current + 9,
}
type Parent = 'closed' | 'just-opened' | 'at-the-edge' | 'past-the-edge' | 'opened-in-the-future'
const openSince: Record<Parent, number | undefined> = {
  'closed': undefined,
  'just-opened': now,
  'at-the-edge': now - overlapMs,
  'past-the-edge': now - overlapMs - 1,
  'opened-in-the-future': now + 5000,
}
type Case = {
  readonly relation: Relation
  readonly hashIsCurrent: boolean
  readonly tagProves: boolean
  readonly parent: Parent
  readonly mode: RotationMode
  readonly rotates: boolean
  readonly epoch: 'this' | 'older-refused' | 'older-accepted'
}

function judged({ relation, hashIsCurrent, tagProves, parent, mode, rotates, epoch }: Case): Judgement['kind'] {
  const since = openSince[parent]
  const presented: Presented = { generation: generation(presentedGeneration[relation]), hashIsCurrent, tagProves }
  const row: TokenRow = {
    generation: generation(current),
    parentOpenSince: since === undefined ? undefined : instant(since),
    epoch: epoch === 'this' ? 2 : 1,
  }
  const olderGrants = epoch === 'older-accepted' ? 'accept-newer-once' : 'refuse'
  const terms: JudgeTerms = { mode, overlapMs, now, rotates, epoch: { current: 2, olderGrants } }
  return judgeToken(presented, row, terms).kind
}

/** What the rules say, written without a look at how the code says it: the first sentence that fits. */
const sentences: readonly [says: string, fits: (each: Case) => boolean, kind: Judgement['kind']][] = [
  ['P-08: the admin refused all grants of the epoch before', (c) => c.epoch === 'older-refused', 'epoch-refused'],
  [
    'P-09: the current hash redeems, under a compromised key too',
    (c) => c.relation === 'same' && c.hashIsCurrent,
    'current',
  ],
  ['P-09: a tag under a compromised key proves nothing else', (c) => !c.tagProves, 'unproven'],
  [
    'P-08: a newer token of the epoch before is accepted once, where the admin said so',
    (c) => (c.relation === 'child' || c.relation === 'far-newer') && c.epoch === 'older-accepted',
    'newer-accepted',
  ],
  [
    'P-08: a token newer than its row means that the store went back',
    (c) => c.relation === 'child' || c.relation === 'far-newer',
    'store-went-back',
  ],
  ['P-08: so does one of the row’s generation with another hash', (c) => c.relation === 'same', 'store-went-back'],
  ['L-05, P-12: a grandparent is a replay, inside any window', (c) => c.relation === 'grandparent', 'replay'],
  ['P-12: with rotation off the parent is a replay', (c) => !c.rotates, 'replay'],
  ['SF-190: strict knows no window', (c) => c.mode === 'strict', 'replay'],
  [
    'P-12: a parent that was closed, by first use or a mode change, is a replay',
    (c) => c.parent === 'closed',
    'replay',
  ],
  [
    'P-12: until-used lets the parent through until its successor is used',
    (c) => c.mode === 'until-used',
    'open-parent',
  ],
  ['P-12: overlap ends after its seconds', (c) => c.parent === 'past-the-edge', 'replay'],
  ['P-12: overlap lets the parent through, up to its last millisecond', () => true, 'open-parent'],
]

const bools = [true, false]
const allCases: Case[] = (Object.keys(presentedGeneration) as Relation[]).flatMap((relation) =>
  bools.flatMap((hashIsCurrent) =>
    bools.flatMap((tagProves) =>
      (Object.keys(openSince) as Parent[]).flatMap((parent) =>
        (['strict', 'overlap', 'until-used'] as const).flatMap((mode) =>
          bools.flatMap((rotates) =>
            (['this', 'older-refused', 'older-accepted'] as const).map((epoch) => ({
              ...{ relation, hashIsCurrent, tagProves, parent, mode, rotates, epoch },
            })),
          ),
        ),
      ),
    ),
  ),
)

describe('a genuine token whose grant is not in the store', () => {
  test('P-08: means an older store while the row of a grant that ended since would still be there', () => {
    deepEqual(judgeWithoutGrant(now, now), { kind: 'store-went-back' })
    deepEqual(judgeWithoutGrant(before(now, endedGrantsKept), now), { kind: 'store-went-back' })
  })

  test('may have ended and been forgotten, once it is older than such rows are kept', () =>
    deepEqual(judgeWithoutGrant(before(now, milliseconds(endedGrantsKept + 1)), now), { kind: 'forgotten' }))

  test('P-13: one from the future, under a clock that was put back, means an older store', () =>
    deepEqual(judgeWithoutGrant(after(now, days(500)), now), { kind: 'store-went-back' }))
})

describe('judging a token', () => {
  test('the table is whole', () => equal(allCases.length, 5 * 2 * 2 * 5 * 3 * 2 * 3))

  for (const [says, , kind] of sentences)
    test(says, () => {
      const about = allCases.filter((each) => sentences.find(([, fits]) => fits(each))?.[0] === says)
      equal(about.length > 0, true, 'no case is about this')
      for (const each of about) deepEqual([each, judged(each)], [each, kind])
    })

  test('a token of generation 0 has no parent', () => {
    const row: TokenRow = { generation: generation(0), parentOpenSince: now, epoch: 0 }
    const terms: JudgeTerms = {
      mode: 'until-used',
      overlapMs,
      now,
      rotates: true,
      epoch: { current: 0, olderGrants: 'refuse' },
    }
    const presented: Presented = { generation: generation(0), hashIsCurrent: true, tagProves: true }
    equal(judgeToken(presented, row, terms).kind, 'current')
  })
})
