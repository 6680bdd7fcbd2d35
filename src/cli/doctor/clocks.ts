/** Whether time can be believed: idle limits and lifetimes are decided by it. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../values/domain.ts'
import { instant, isoText } from '../../values/time.ts'
import { doubt, failure, fine, type Finding } from './finding.ts'

const sample = 250
/** Milliseconds by which the two clocks may part within the sample; a step is larger, slewing is far smaller. */
const tolerance = 100
const [earliest, latest] = [instant('2025-06-01'), instant('2100-01-01')]

export type Clocks = { readonly clock: Clock; readonly monotonic: () => number }

export async function checkClocks({ clock, monotonic }: Clocks): Promise<Finding[]> {
  const [wall, steady] = [clock(), monotonic()]
  await wait(sample)
  const drift = Math.abs(clock() - wall - (monotonic() - steady))
  return [plausible(clock), steadiness(drift)]
}

function plausible(clock: Clock): Finding {
  const now = clock()
  if (now > earliest && now < latest) return fine('clock', `it is ${isoText(now)}`)
  return failure('clock', `it cannot be ${isoText(now)}`, 'timedatectl status', 'Set the clock of this machine.')
}

function steadiness(drift: number): Finding {
  if (drift <= tolerance) return fine('clock', 'wall clock and monotonic clock keep step')
  return doubt(
    'clock',
    `within ${sample} ms the wall clock left the monotonic clock by ${Math.round(drift)} ms`,
    'timedatectl status',
  )
}
