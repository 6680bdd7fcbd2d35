import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { instant, minutes } from '../values/time.ts'
import { openFailureLimits } from './failure-limits.ts'

const at = (ms: number) => instant(1_000_000 + ms)
const open = (most = 3, mostKeys = 100) => openFailureLimits(most, { window: minutes(15), mostKeys })

describe('limits on failures', () => {
  test('the limit is reached by that many failures, and by none less', () => {
    const limits = open()
    for (const [failures, exceeded] of [false, false, false, true].entries()) {
      equal(limits.exceeded('login ada', at(0)), exceeded, `after ${failures}`)
      limits.failed('login ada', at(0))
    }
  })

  test('the window begins with the first failure; exactly its length is still inside', () => {
    const limits = open(1)
    limits.failed('login ada', at(0))
    equal(limits.exceeded('login ada', at(minutes(15))), true)
    equal(limits.exceeded('login ada', at(minutes(15) + 1)), false)
  })

  test('what fails on does not prolong the window', () => {
    const limits = open(2)
    limits.failed('login ada', at(0))
    limits.failed('login ada', at(minutes(14)))
    limits.failed('login ada', at(minutes(15)))
    equal(limits.exceeded('login ada', at(minutes(15))), true)
    equal(limits.exceeded('login ada', at(minutes(15) + 1)), false)
  })

  test('after the window the count starts anew', () => {
    const limits = open(2)
    limits.failed('login ada', at(0))
    limits.failed('login ada', at(minutes(16)))
    equal(limits.exceeded('login ada', at(minutes(16))), false)
  })

  test('keys know nothing of each other', () => {
    const limits = open(1)
    limits.failed('client Billing 192.0.2.1', at(0))
    equal(limits.exceeded('client Billing 192.0.2.2', at(0)), false)
    equal(limits.exceeded('client Other 192.0.2.1', at(0)), false)
  })

  test('a success forgets the failures', () => {
    const limits = open(1)
    limits.failed('login ada', at(0))
    limits.succeeded('login ada')
    equal(limits.exceeded('login ada', at(0)), false)
  })

  test('a clock that goes back frees nobody', () => {
    const limits = open(1)
    limits.failed('login ada', at(minutes(10)))
    equal(limits.exceeded('login ada', at(0)), true)
  })

  test('of more keys than are remembered, the longest untouched is forgotten, and no other', () => {
    const limits = open(1, 3)
    for (const key of ['a', 'b', 'c']) limits.failed(key, at(0))
    limits.failed('a', at(1))
    limits.failed('d', at(2))
    const remembered = ['a', 'b', 'c', 'd'].map((key) => limits.exceeded(key, at(2)))
    equal(remembered.join(), 'true,false,true,true')
  })

  test('failing again when all places are taken forgets nobody', () => {
    const limits = open(1, 2)
    for (const key of ['a', 'b', 'a', 'b', 'b']) limits.failed(key, at(0))
    equal(limits.exceeded('a', at(0)), true)
  })

  test('asking remembers nobody', () => {
    const limits = open(1, 1)
    limits.failed('a', at(0))
    limits.exceeded('b', at(0))
    equal(limits.exceeded('a', at(0)), true)
  })
})
