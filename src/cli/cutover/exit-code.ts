/** What a program is told of how a run of a cutover ended. */
import type { RunOutcome } from '../../cutover/cutover.ts'

/** 0 done, 3 waiting for a person, 4 rolled back, 5 halted or aborted. */
export function exitOf(outcome: RunOutcome): number {
  switch (outcome.kind) {
    case 'ended':
      return { 'done': 0, 'rolled-back': 4, 'halted': 5, 'aborted': 5 }[outcome.how]
    case 'waiting':
    case 'stopped':
      return 3
    case 'held':
    case 'unknown':
      return 1
  }
}
