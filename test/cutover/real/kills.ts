/** Runners that are killed with SIGKILL at lines of their journal, and gone on with. */
import { equal } from 'node:assert/strict'
import type { Ended } from '../../cli/command.ts'
import { otherPair, type Place } from './place.ts'
import type { Runner } from './runner.ts'

export type Point = { readonly when: 'before' | 'after'; readonly line: number }
type Killing = {
  readonly place: Place
  readonly runner: Runner
  readonly words: readonly string[]
  readonly ends: number
}

/** Killed at this line of its own, and gone on with by the next as if a minute had passed; false where it came to its end before. */
export async function killOnce(killing: Killing, { when, line }: Point): Promise<boolean> {
  const { runner, words } = killing
  const first = await runner.cutover(words, `${when} ${line}`)
  if (first.code === null) runner.endLease()
  const last = first.code === null || isWaiting(first) ? await toEnd(killing) : first
  equal(last.code, killing.ends, `killed ${when} line ${line}, then: ${last.stderr}`)
  return first.code === null
}

/** Each of its runners is killed at its nth line, after it and before it by turns, until one comes to its end; how many were killed. */
export async function killAll(killing: Killing, every: number): Promise<number> {
  const { place, runner, words } = killing
  let kills = 0
  while (kills < 100) {
    const ended = await runner.cutover(words, `${kills % 2 === 0 ? 'after' : 'before'} ${every}`)
    if (ended.code === null) {
      kills += 1
      runner.endLease()
    } else if (isWaiting(ended)) await place.load.allFrom(otherPair)
    else {
      equal(ended.code, killing.ends, ended.stderr)
      return kills
    }
  }
  throw new Error('it comes to no end')
}

/** On a busy machine a client may not have come round since the traffic moved: a person sees that it has meanwhile, and runs it again. */
async function toEnd({ place, runner, words }: Killing): Promise<Ended> {
  for (let runs = 1; ; runs += 1) {
    const ended = await runner.cutover(words)
    if (!isWaiting(ended) || runs === 5) return ended
    await place.load.allFrom(otherPair)
  }
}

const isWaiting = ({ code }: Ended): boolean => code === 3
