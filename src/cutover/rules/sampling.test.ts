import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  judgeAttempts,
  judgeSample,
  ownAttempts,
  sampledResult,
  sampleWords,
  samplingTerms,
  type Attempt,
} from './sampling.ts'

const [a, b] = ['198.51.100.1', '198.51.100.2']
const times = (count: number, each: string): readonly string[] => Array.from({ length: count }, () => each)
const kindOf = (...answers: readonly string[]): string => judgeSample([a, b], answers).kind

describe('SF-288: a sample through a proxy that cannot pin', () => {
  const samples: Readonly<Record<string, readonly [readonly string[], string]>> = {
    'is not complete before eight answers, though both have turned up twice': [[a, b, a, b, a, b, a], 'again'],
    'is complete with eight answers and each address twice': [[a, b, a, b, a, a, a, a], 'complete'],
    'goes on where one has turned up once': [[...times(7, a), b], 'again'],
    'goes on where one has not turned up': [times(39, a), 'again'],
    'is short after forty calls': [times(40, a), 'short'],
    'is short where one has turned up once in forty': [[...times(39, a), b], 'short'],
    'is complete at the fortieth call': [[b, ...times(38, a), b], 'complete'],
    'counts a call without an answer as a call and as no answer': [[a, b, a, b, a, b, a, 'none'], 'again'],
    'ends though nobody answers': [times(40, 'none'), 'short'],
    'ends at once at an address that nobody has planned for': [['203.0.113.9'], 'foreign'],
    'ends at it though everything else is complete': [[...times(4, a), ...times(4, b), '203.0.113.9'], 'foreign'],
  }
  for (const [sentence, [answers, kind]] of Object.entries(samples))
    test(sentence, () => equal(kindOf(...answers), kind))

  test('every sample ends within forty calls', () => {
    for (const each of [a, b, 'none', '203.0.113.9'])
      equal(judgeSample([a, b], times(samplingTerms.most, each)).kind === 'again', false)
  })

  test('L-94: one address of two alone is success for itself and nothing for the other', () => {
    const sampled = judgeSample([a, b], times(40, a))
    deepEqual(sampled, { kind: 'short', missing: [b] })
    equal(sampledResult(sampled, a), 'success')
    equal(sampledResult(sampled, b), 'unclear')
  })

  test('a complete sample is success for each, an unplanned address is refused for each, and half a sample says nothing', () => {
    const both = [a, b]
    deepEqual(
      both.map((each) => sampledResult({ kind: 'complete' }, each)),
      ['success', 'success'],
    )
    deepEqual(
      both.map((each) => sampledResult({ kind: 'foreign', address: '203.0.113.9' }, each)),
      ['refused', 'refused'],
    )
    equal(sampledResult({ kind: 'again' }, a), 'unclear')
  })

  test('is told in one line', () =>
    equal(sampleWords([b, a, 'none', b]), `4 calls: ${a} 1 times, ${b} 2 times, no answer 1 times`))
})

describe('redemptions that nobody could pin', () => {
  const attempt = (address: string, result: Attempt['result']): Attempt => ({ id: 'x', address, result })
  const attempts: Readonly<Record<string, readonly [readonly Attempt[], 'success' | 'refused' | undefined]>> = {
    'prove the address that they left from': [[attempt(a, 'success')], 'success'],
    'prove nothing of another address': [[attempt(b, 'success')], undefined],
    'L-96: prove nothing where they failed for another cause': [[attempt(a, 'failed')], undefined],
    'refuse where the list has refused': [[attempt(a, 'refused')], 'refused'],
    'are judged by the latest, once the list is in force everywhere': [
      [attempt(a, 'refused'), attempt(a, 'success')],
      'success',
    ],
    'are judged by the latest where the list has been taken back': [
      [attempt(a, 'success'), attempt(a, 'refused'), attempt(a, 'failed'), attempt(b, 'success')],
      'refused',
    ],
    'say nothing where there are none': [[], undefined],
  }
  for (const [sentence, [given, verdict]] of Object.entries(attempts))
    test(sentence, () => equal(judgeAttempts(given, a), verdict))
})

describe('of all redemptions of an app the canary’s', () => {
  const [own, other] = ['005000000000001', '005000000000002AAA']
  const attempt = (id: string, result: Attempt['result'], user?: string): Attempt => ({ id, address: a, result, user })
  const attempts = [
    attempt('own', 'success', `${own}AAA`),
    attempt('another user', 'success', other),
    attempt('nobody known', 'refused', ''),
    attempt('failed', 'failed', own),
  ]
  const names = (tries: Parameters<typeof ownAttempts>[1]): readonly string[] =>
    ownAttempts(attempts, tries).map(({ id }) => id)

  test('are those of its user', () =>
    deepEqual(names({ user: own, successes: 1, refusals: 1 }), ['own', 'nobody known', 'failed']))

  test('are none that went well or were refused where the canary’s own did not', () => {
    deepEqual(names({ user: own, successes: 1, refusals: 0 }), ['own', 'failed'])
    deepEqual(names({ user: own, successes: 0, refusals: 1 }), ['nobody known', 'failed'])
    deepEqual(names({ user: undefined, successes: 0, refusals: 0 }), ['failed'])
  })
})
