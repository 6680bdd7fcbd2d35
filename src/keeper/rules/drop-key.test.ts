import { equal, match } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judgeDrop, settleMs, type KeyToDrop } from './drop-key.ts'

const now = Date.parse('2026-01-02')
const retired = (retiredAt?: number): KeyToDrop => ({ id: 'old', current: false, retiredAt })
const judged = (key: KeyToDrop | undefined, stillWrapped = 0) => judgeDrop(key, { now, stillWrapped })

describe('dropping a key of the keyring', () => {
  const judgements = {
    'an hour after it retired, with nothing under it, it may go': [retired(now - settleMs), 0, undefined],
    'a millisecond before, it may not: another process may still be storing': [
      retired(now - settleMs + 1),
      0,
      'retired-too-lately',
    ],
    'with one data key under it, it stays': [retired(now - 9 * settleMs), 1, 'still-wrapping'],
    'the current key stays, even with nothing under it': [{ id: 'k', current: true }, 0, 'current-key'],
    'one that the keyring does not have is named so': [undefined, 0, 'unknown-key'],
    'without a date it counts as retired just now': [retired(), 0, 'retired-too-lately'],
    'a clock that went back makes no key old': [retired(now + 9 * settleMs), 0, 'retired-too-lately'],
  } as const
  for (const [sentence, [key, stillWrapped, kind]] of Object.entries(judgements))
    test(sentence, () => equal(judged(key, stillWrapped)?.kind, kind))

  test('every refusal says what to do next', () => {
    for (const refusal of [
      judged(undefined),
      judged(retired()),
      judged(retired(), 3),
      judged({ id: 'k', current: true }),
    ])
      match(refusal?.next.join('\n') ?? '', /\w+ .+\./)
  })
})
