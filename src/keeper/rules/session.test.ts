import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { after, instant, milliseconds, minutes, seconds, type Duration } from '../../values/time.ts'
import { lengthOf, sessionAfterExchange, sessionAfterRefusal, usualSession, type Session } from './session.ts'

const start = instant('2026-11-01')
const unknown: Session = { seconds: null, refusals: 0, served: 0 }
const refused = (session: Session, age: Duration): Session =>
  sessionAfterRefusal(session, start, after(start, age)) ?? session
const exchanged = (session: Session, age: Duration): Session => sessionAfterExchange(session, start, after(start, age))

describe('the length of a session', () => {
  test('is two hours where nothing is known', () => equal(lengthOf(unknown), usualSession))
  test('is learned from a token that is refused early', () =>
    deepEqual(refused(unknown, minutes(30)), { seconds: 1800, refusals: 1, served: 0 }))
  test('is not learned from a refusal within a minute, after its end, or by a clock that went back', () => {
    for (const age of [seconds(59), minutes(121), milliseconds(-5000)])
      equal(sessionAfterRefusal(unknown, start, after(start, age)), undefined)
  })
  test('grows again once tokens have served for all of it, for the refusal may have been a revocation', () => {
    let session = refused(unknown, minutes(5))
    for (let count = 0; count < 100 && session.refusals > 0; count += 1)
      session = exchanged(session, milliseconds(lengthOf(session) * 0.95))
    deepEqual(session, { seconds: 7200, refusals: 0, served: 0 })
  })
  test('an exchange long after its end proves nothing: nobody has used the token', () => {
    const session = refused(unknown, minutes(5))
    equal(exchanged(session, minutes(60)), session)
    equal(exchanged(session, minutes(1)), session)
  })
  test('that was said and is longer than the usual one is left alone', () => {
    const said = { seconds: 86_400, refusals: 0, served: 0 }
    equal(exchanged(said, minutes(24 * 60 - 5)), said)
  })

  test('whatever the org has set, it is found, and of 1,000 tokens few are refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 15, max: 120 }), (real) => {
        let session = unknown
        let refusals = 0
        for (let token = 0; token < 1000; token += 1) {
          const exchangedAt = milliseconds(lengthOf(session) * 0.9)
          const before = session
          if (exchangedAt > minutes(real)) {
            session = refused(session, minutes(real))
            refusals += 1
          } else session = exchanged(session, exchangedAt)
          ok(before.seconds === null || lengthOf(session) >= minutes(real) * 0.99, 'never shorter than it is')
        }
        ok(refusals <= 30, `${refusals} refusals`)
      }),
      { numRuns: 30 },
    )
  })
})
