/** When the holder of a lease may still write to the network (P-21): asked in the very tick of the write, on two clocks, because either alone can be
 *  wrong: the wall clock is set, the other one stands still while the machine sleeps. */
import { after, before, seconds, type Duration, type Instant } from '../../values/time.ts'

export type LeaseTerms = {
  /** For which the lease is taken. */
  readonly lease: Duration
  /** From the write of the request to the end of its connection. */
  readonly call: Duration
}

export const usualTerms: LeaseTerms = { lease: seconds(60), call: seconds(30) }

/** Between the end of the connection and that of the lease: what clocks may differ by, and a reply that is in the air. */
const margin = seconds(5)
/** By how much the two clocks may drift apart within one lease before one of them is not believed. */
const mostDrift = 2000

/** A sentence, where a call could outlive its lease (L-36). */
export function faultOfTerms({ lease, call }: LeaseTerms): string | undefined {
  if (call + margin < lease) return undefined
  return `a call may take ${call} ms, and its lease ends after ${lease} ms: the lease must be longer by more than ${margin} ms`
}

export type Moment = { readonly wall: Instant; readonly monotonic: number }

/** The last moment for the end of the connection, whoever cuts it. `taken` is read before the lease is asked for, so that it errs on the safe side. */
export const connectionEndsAt = (taken: Moment, { lease }: LeaseTerms): Instant =>
  before(after(taken.wall, lease), margin)

export type MayWrite = { readonly may: true } | { readonly may: false; readonly why: string }

export function mayWrite(taken: Moment, now: Moment, { lease, call }: LeaseTerms): MayWrite {
  const held = now.monotonic - taken.monotonic
  const heldByWall = now.wall - taken.wall
  const most = lease - margin - call
  if (held > most || heldByWall > most)
    return no(`the lease is ${Math.round(Math.max(held, heldByWall))} ms old, too old for a call of ${call} ms`)
  if (Math.abs(heldByWall - held) > mostDrift)
    return no(
      `the clock was set, or the machine slept: by one clock the lease is ${Math.round(held)} ms old, by the other ${heldByWall}`,
    )
  return yes
}

const yes: MayWrite = { may: true }
const no = (why: string): MayWrite => ({ may: false, why })
