/** A customer of an integration: redeems for real, one time after the other, for as long as nobody stops it. */
import { setTimeout as sleep } from 'node:timers/promises'

export type Redeemed = { readonly good: number; readonly bad: readonly string[] }

/** Resolves with what was refused, and how often it went well, when what is under way has ended. */
export async function redeemUntil(stop: AbortSignal, redeem: () => Promise<unknown>): Promise<Redeemed> {
  const bad: string[] = []
  let good = 0
  while (!stop.aborted) {
    const went = await redeem().then(
      () => undefined,
      (cause: unknown) => String(cause),
    )
    if (went === undefined) good += 1
    else bad.push(went)
    await sleep(pause)
  }
  return { good, bad }
}

/** Leaves the machine to the cutover; ms. */
const pause = 20
