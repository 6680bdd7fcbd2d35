/** Which core a process of the bench may run on. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** `pinned`: the server and all its threads on core 0, the load on core 1. `unpinned`: wherever the system puts them. */
export type Placement = 'pinned' | 'unpinned'
export type Role = 'server' | 'load'

/** The words to put in front of a command. */
export function placed(placement: Placement, role: Role): readonly string[] {
  if (placement === 'unpinned') return []
  return ['taskset', '-c', role === 'server' ? '0' : '1']
}

export function canPin(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
}
