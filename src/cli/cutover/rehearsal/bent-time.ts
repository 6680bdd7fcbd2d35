/** The testing clock of a rehearsal: whoever waits is let go at once, and it is as late as if they had waited. */
import { instant, milliseconds, type Duration } from '../../../values/time.ts'
import type { StageEnvironment } from '../stage/stage.ts'

export type BentTime = {
  /** Org and gateway live by this clock; what they do in the background takes its real time. */
  readonly environment: StageEnvironment
  readonly real: StageEnvironment
  readonly wait: (length: Duration) => Promise<void>
}

/** What a wait takes at most; in it the customers of the rehearsal go on redeeming, ms. */
const shortened = 15

export function bentTime(real: StageEnvironment): BentTime {
  let ahead = 0
  return {
    real,
    environment: { ...real, clock: () => instant(real.clock() + ahead) },
    async wait(length) {
      const taken = Math.min(length, shortened)
      await real.wait(milliseconds(taken))
      ahead += length - taken
    },
  }
}
