/** Whether a client may open one more tunnel: its plan, its connections, its rate. */
import { fault, ok, type Result } from '../../../values/result.ts'
import { planState, type ClientLimits } from './plans.ts'
import { takeOne } from './rate.ts'
import { refusal, type Refusal } from '../refusal.ts'

export type ClientUse = {
  readonly name: string
  /** In this month, both ways. */
  readonly bytes: number
  /** Tunnels that it has, and permissions that may become one. */
  readonly open: number
  /** For `takeOne`. */
  readonly spentUntil: number
}

/** The new `spentUntil`, or what is exceeded. A refusal takes nothing of the rate. `now` in milliseconds that never go back. */
export function judgeLimits(limits: ClientLimits, use: ClientUse, now: number): Result<number, Refusal> {
  const { plan, connections, tunnelsPerMinute } = limits
  if (plan !== undefined && planState(plan, use.bytes) === 'hard')
    return fault(refusal('PLAN_EXHAUSTED', { client: use.name, plan: plan.name, used: use.bytes, limit: plan.bytes }))
  if (use.open >= connections) return fault(refusal('CONNECTIONS_EXHAUSTED', { client: use.name, limit: connections }))
  if (tunnelsPerMinute === undefined) return ok(use.spentUntil)
  const spentUntil = takeOne(use.spentUntil, now, tunnelsPerMinute)
  return spentUntil === undefined
    ? fault(refusal('RATE_EXCEEDED', { client: use.name, limit: tunnelsPerMinute }))
    : ok(spentUntil)
}
