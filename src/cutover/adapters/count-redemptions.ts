/** Counts redemptions as a watch goes on: what was counted before is not read again, however many there are. */
import { before, instant, seconds, type Instant } from '../../values/time.ts'
import type { CountRedemptions, Redemptions } from '../ports.ts'
import type { AddressText } from '../rules/plan.ts'

export type Redemption = {
  readonly at: Instant
  readonly address: AddressText
  readonly isSuccess: boolean
  readonly isRefusal: boolean
}

export type History = {
  readonly redemptions: readonly Redemption[]
  /** None of the time that was asked for is left out. */
  readonly isWhole: boolean
}

type Counted = { readonly since: Instant; readonly upTo: Instant; readonly total: Redemptions }

/** So long a redemption may take to be in the history after those of the same moment; what is younger is read again. */
const late = seconds(5)

/** `read`: all since that instant, the instant itself included. */
export function countingRedemptions(read: (since: Instant) => Promise<History>): CountRedemptions {
  let counted: Counted | undefined
  return async (since, addresses) => {
    const known = counted?.since === since ? counted : { since, upTo: since, total: none }
    const { redemptions: all, isWhole } = await read(known.upTo)
    const redemptions = all.filter(({ address }) => addresses.includes(address))
    const total = sum(known.total, redemptions)
    if (!isWhole) return { ...total, whole: false }
    const newest = redemptions.reduce((latest, { at }) => Math.max(latest, at), 0)
    const upTo = instant(Math.max(known.upTo, before(instant(newest), late)))
    counted = {
      since,
      upTo,
      total: sum(
        known.total,
        redemptions.filter(({ at }) => at < upTo),
      ),
    }
    return total
  }
}

const none: Redemptions = { attempts: 0, successes: 0, refused: 0, whole: true }

const sum = ({ attempts, successes, refused, whole }: Redemptions, more: History['redemptions']): Redemptions => ({
  attempts: attempts + more.length,
  successes: successes + more.filter(({ isSuccess }) => isSuccess).length,
  refused: refused + more.filter(({ isRefusal }) => isRefusal).length,
  whole,
})
