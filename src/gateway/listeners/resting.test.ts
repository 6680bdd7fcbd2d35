import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openResting, type Resting } from './resting.ts'

describe('connections that rest', () => {
  const open = (most: number): { readonly sent: string[]; readonly resting: Resting<string> } => {
    const sent: string[] = []
    return { sent, resting: openResting<string>(most, (one) => void sent.push(one)) }
  }

  test('L-73: one too many of a client sends away the one that has rested longest, and none of another client', () => {
    const { sent, resting } = open(2)
    for (const one of ['a1', 'a2']) resting.rests(one, 'a')
    for (const one of ['b1', 'b2']) resting.rests(one, 'b')
    resting.rests('a3', 'a')
    deepEqual(sent, ['a1'])
    resting.rests('a4', 'a')
    deepEqual(sent, ['a1', 'a2'])
  })

  test('one that carries something again is not among them, and rests anew as the last', () => {
    const { sent, resting } = open(2)
    for (const one of ['1', '2']) resting.rests(one, 'a')
    resting.leaves('1')
    resting.leaves('1')
    for (const one of ['1', '3']) resting.rests(one, 'a')
    deepEqual(sent, ['2'])
  })

  test('one that rests for another client counts for that one alone', () => {
    const { sent, resting } = open(1)
    resting.rests('1', 'a')
    resting.rests('1', 'b')
    resting.rests('2', 'a')
    deepEqual(sent, [])
    resting.rests('2', 'b')
    deepEqual(sent, ['1'])
  })
})
