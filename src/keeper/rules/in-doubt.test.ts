import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, instant, minutes, seconds, type Instant } from '../../values/time.ts'
import { nextInDoubt, sentInDoubt, type Answer, type Doubt } from './in-doubt.ts'

const since = instant('2026-11-21T12:00:00Z')
const at = (n: number): Instant => after(since, minutes(n))
const doubt: Doubt = {
  since,
  settle: minutes(5),
  servesUntil: at(60),
  soleHolder: true,
  wasCalledActive: false,
  answers: [],
  retried: false,
  askEvery: minutes(2),
}
const said = (what: Answer['said'], minute: number): Answer => ({ at: at(minute), said: what })
const kindOf = (about: Partial<Doubt>, minute: number): string => nextInDoubt({ ...doubt, ...about }, at(minute)).kind

describe('a token that may be spent', () => {
  test('P-22: is asked about first, and then now and then', () => {
    equal(kindOf({}, 0), 'introspect')
    deepEqual(nextInDoubt({ ...doubt, answers: [said('cannot-tell', 0)] }, at(1)), { kind: 'wait', until: at(2) })
    equal(kindOf({ answers: [said('cannot-tell', 0)] }, 2), 'introspect')
  })

  test('P-22: is not sent again while a live access token serves, even if it is called active', () => {
    equal(kindOf({ answers: [said('active', 30)] }, 31), 'wait')
    equal(kindOf({ answers: [said('active', 59)] }, 60), 'retry')
  })

  test('P-22: is not sent again before the server has settled, even without an access token', () => {
    const bare = { servesUntil: undefined }
    equal(kindOf({ ...bare, answers: [said('active', 4)] }, 4), 'wait')
    equal(kindOf({ ...bare, answers: [said('active', 4)] }, 5), 'introspect')
    equal(kindOf({ ...bare, answers: [said('active', 4), said('active', 5)] }, 5), 'retry')
  })

  test('P-22: called inactive is believed only of whom had called it active before', () => {
    const answers = [said('inactive', 1)]
    const believed = nextInDoubt({ ...doubt, wasCalledActive: true, answers }, at(1))
    equal(believed.kind === 'reauthorize' && believed.known, true)
    equal(kindOf({ answers }, 1), 'wait')
    equal(kindOf({ servesUntil: undefined, answers: [said('inactive', 6)] }, 6), 'retry')
  })

  test('P-25: is sent a last time only where nobody else holds tokens of the family', () => {
    const answers = [said('cannot-tell', 60)]
    const last = nextInDoubt({ ...doubt, answers }, at(60))
    equal(last.kind === 'retry' && last.last, true)
    const shared = nextInDoubt({ ...doubt, soleHolder: false, answers }, at(60))
    match(shared.kind === 'reauthorize' ? shared.why : '', /others/)
  })

  test('P-25: is sent a last time once', () =>
    equal(kindOf({ retried: true, answers: [said('active', 60)] }, 60), 'reauthorize'))

  test('P-22: whatever is answered whenever, nothing is sent before the server has settled or while an access token serves', () => {
    const answer = fc.record({
      said: fc.constantFrom('active' as const, 'inactive' as const, 'cannot-tell' as const),
      at: fc.integer({ min: 0, max: 90 }),
    })
    const oneCase = fc.record({
      all: fc.array(answer),
      serves: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      soleHolder: fc.boolean(),
      minute: fc.integer({ min: 0, max: 90 }),
    })
    fc.assert(
      fc.property(oneCase, ({ all, serves, soleHolder, minute }) => {
        const answers = all.filter((each) => each.at <= minute).toSorted((a, b) => a.at - b.at)
        const about: Doubt = {
          ...doubt,
          soleHolder,
          servesUntil: serves === undefined ? undefined : at(serves),
          answers: answers.map((each) => said(each.said, each.at)),
        }
        if (nextInDoubt(about, at(minute)).kind === 'retry') equal(minute >= Math.max(5, serves ?? 0), true)
      }),
    )
  })

  test('a wait always ends later than now', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(90)), fc.nat(90), (times, minute) => {
        const answers = times
          .filter((each) => each <= minute)
          .toSorted((a, b) => a - b)
          .map((each) => said('cannot-tell', each))
        const next = nextInDoubt({ ...doubt, askEvery: seconds(30), answers }, at(minute))
        if (next.kind === 'wait') equal(next.until > at(minute), true)
      }),
    )
  })
})

describe('what was sent in doubt', () => {
  const sent = (outcome: string | null, ledTo: number | null = null) => ({ generation: 3, sentAt: 1, outcome, ledTo })
  const cases: Record<string, [journal: Parameters<typeof sentInDoubt>[0], count: number]> = {
    'is what has no answer, or none that says anything': [[sent('in-doubt'), sent('inconclusive'), sent(null)], 3],
    'is not what was refused with nothing spent': [
      [sent('in-doubt'), sent('ip-refused'), sent('server-trouble'), sent('not-sent')],
      1,
    ],
    'is not what came before an exchange that went well without another token': [
      [sent('in-doubt'), sent('unchanged', 3), sent('in-doubt')],
      1,
    ],
    'is not another token, nor what was never sent': [
      [
        { ...sent('in-doubt'), generation: 2 },
        { ...sent(null), sentAt: null },
      ],
      0,
    ],
  }
  for (const [sentence, [journal, count]] of Object.entries(cases))
    test(`P-22, P-25: ${sentence}`, () => equal(sentInDoubt(journal, 3).length, count))
})
