import { deepEqual, doesNotMatch, equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { days, hours, instant, milliseconds, minutes, seconds } from '../../values/time.ts'
import type { Plan } from '../../cutover/rules/plan.ts'
import type { Entry } from '../../cutover/rules/journal.ts'
import type { Seen } from '../../cutover/rules/seen.ts'
import { clockWords } from './clocks.ts'
import { countdownWords } from './progress.ts'
import { taleOf } from './tale.ts'
import { stepWords } from './plan-words.ts'
import { actWords, lengthWords, listWords, sentence } from './words.ts'

describe('the words of a cutover', () => {
  const lengths = {
    '0 s': milliseconds(200),
    '42 s': seconds(42),
    '1 min': minutes(1),
    '1 min 5 s': seconds(65),
    '15 min': minutes(15),
    '1 h 5 min': milliseconds(hours(1) + minutes(5) + seconds(9)),
    '3 days': days(3),
  } as const
  for (const [words, length] of Object.entries(lengths))
    test(`a length reads ${words}`, () => equal(lengthWords(length), words))

  test('a list has an and before its last', () => {
    deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listWords), ['', 'a', 'a and b', 'a, b and c'])
  })

  test('what goes the same way in the pool is said together', () => {
    const mode = (address: string, to: 'active' | 'draining') => ({ address, mode: to })
    const modes = [mode('192.0.2.1', 'active'), mode('192.0.2.2', 'active'), mode('192.0.2.3', 'draining')]
    const act = { kind: 'set-pool', modes, expects: '1' } as const
    equal(actWords(act), 'let new traffic leave from 192.0.2.1 and 192.0.2.2, drain 192.0.2.3')
    equal(actWords(act, 'done'), 'let new traffic leave from 192.0.2.1 and 192.0.2.2, drained 192.0.2.3')
  })

  test('where proxies of somebody else carry the traffic, nothing is said of a pool, of tunnels or of draining', () => {
    const [from, to] = [['192.0.2.1'], ['198.51.100.1', '198.51.100.2']]
    const terms = { propagation: seconds(60), watch: minutes(15) } as Plan['terms']
    const plan: Plan = { apps: [{ name: 'a', kind: 'external-client-app' }], from, to, by: 'proxies', terms }
    const modes = [
      ...to.map((address) => ({ address, mode: 'active' as const })),
      ...from.map((address) => ({ address, mode: 'draining' as const })),
    ]
    const act = { kind: 'set-pool', modes, expects: '1' } as const
    equal(actWords(act, 'to do', plan), 'send traffic by the proxy of 198.51.100.1 and 198.51.100.2')
    equal(actWords(act, 'done', plan), 'sent traffic by the proxy of 198.51.100.1 and 198.51.100.2')
    const said = stepWords(plan).map(({ does, undone }) => `${does}; ${undone}`)
    equal(said.length, 5)
    for (const each of said) doesNotMatch(each, /pool|tunnel|drain|standby|itself/)
  })

  test('a sentence begins large and ends with its full stop, once', () => {
    deepEqual(['waiting until noon', 'Shall it go on?'].map(sentence), ['Waiting until noon.', 'Shall it go on?'])
  })
})

describe('what is waited for', () => {
  const wait = { until: instant(75_400), why: 'redemptions are watched' }
  test('is counted down in whole seconds', () =>
    equal(
      countdownWords('step 5 of 5, remove', wait, instant(1000)),
      'step 5 of 5, remove   1:15 left: redemptions are watched',
    ))
  test('is never less than nothing', () =>
    equal(countdownWords('step', wait, instant(99_000)), 'step   0:00 left: redemptions are watched'))
})

test('whose clock does not agree is said, and of those that agree to a second nothing', () => {
  const plan = { apps: [{ name: 'a', kind: 'external-client-app' }] } as unknown as Plan
  const seen = { ahead: { lists: [-185_000], pool: 900 } } as unknown as Seen
  const entries: Entry[] = [{ at: instant(1), kind: 'observed', seen }]
  deepEqual(clockWords(entries, plan), [
    'The clock of the org is 3 min 5 s behind that of this machine, which all times here are of.',
  ])
  deepEqual(clockWords([], plan), [])
})

describe('the tale of a journal', () => {
  const probed = (at: number, evidence: string) =>
    ({ at: instant(at), kind: 'probed', address: '192.0.2.1', result: 'success', evidence }) as const

  test('tells what is the same several times in a row once, with its number and its latest evidence', () => {
    const told = taleOf([probed(1, 'first'), probed(2, 'second'), probed(3, 'third')])
    deepEqual(told, [{ at: 3, text: '192.0.2.1 is live, 3 times in a row; the last time: third.' }])
  })

  test('leaves to the question what a person was asked to do', () => {
    const act = { kind: 'save-list', list: 0, add: ['192.0.2.1'], remove: [], expects: '1' } as const
    const [line] = taleOf([{ at: instant(1), kind: 'acted', act, result: 'asked', why: '1. Open Setup.', rows: [] }])
    equal(line?.text, 'Wanted to add 192.0.2.1 to the list. A person was asked to do it.')
  })

  test('says of an act that came to nothing what was wanted, and why', () => {
    const act = { kind: 'save-list', list: 0, add: ['192.0.2.1'], remove: [], expects: '1' } as const
    const [line] = taleOf([{ at: instant(1), kind: 'acted', act, result: 'refused', why: 'The list is full' }])
    equal(line?.text, 'Wanted to add 192.0.2.1 to the list. It was refused: The list is full.')
  })

  test('says how redemptions went before the move, apart from what was counted after the removal', () => {
    const counts = { kind: 'watched', list: 0, attempts: 40, successes: 30, refused: 2, whole: true } as const
    const told = (more: { readonly attempts?: number; readonly whole?: boolean }) =>
      taleOf([
        { at: instant(1), ...counts, before: true, ...more },
        { at: instant(2), ...counts },
      ]).map(({ text }) => text)
    deepEqual(told({}), [
      'Before the move 30 of 38 redemptions went well: what follows is compared with that.',
      'Of 40 redemptions since the removal 30 went well; the list refused 2.',
    ])
    equal(
      told({ attempts: 2 })[0],
      'No redemption was seen before the move, with which what follows could be compared.',
    )
    equal(told({ whole: false })[0], 'Nobody could count how redemptions went before the move.')
  })
})
