/** Runners that are killed with SIGKILL at lines of their journal, and gone on with. */
import { equal } from 'node:assert/strict'
import type { Ended } from '../../cli/command.ts'
import type { Runner } from './runner.ts'

export type Point = { readonly when: 'before' | 'after'; readonly line: number }

/** Killed at this line of its own, and gone on with by the next as if a minute had passed; false where it came to its end before. */
export async function killOnce(
  runner: Runner,
  words: readonly string[],
  { point, ends }: { readonly point: Point; readonly ends: number },
): Promise<boolean> {
  const first = await runner.cutover(words, `${point.when} ${point.line}`)
  if (first.code !== null) return isEnd(first, ends)
  if (point.line > 1 || point.when === 'after') runner.endLease()
  const second = await runner.cutover(words)
  equal(second.code, ends, `killed ${point.when} line ${point.line}, then: ${second.stderr}`)
  return true
}

/** Each of its runners is killed at its nth line, before it and after it by turns, until one comes to its end; how many were killed. */
export async function killAll(
  runner: Runner,
  words: readonly string[],
  { every, ends }: { readonly every: number; readonly ends: number },
): Promise<number> {
  for (let kills = 0; kills < 100; kills += 1) {
    const ended = await runner.cutover(words, `${kills % 2 === 0 ? 'after' : 'before'} ${every}`)
    if (ended.code !== null) {
      isEnd(ended, ends)
      return kills
    }
    runner.endLease()
  }
  throw new Error('it comes to no end')
}

function isEnd({ code, stderr }: Ended, ends: number): false {
  equal(code, ends, stderr)
  return false
}
