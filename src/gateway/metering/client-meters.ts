/** What each client has used in the running month, and what it has open. */
import type { PlanState } from '../rules/client/plans.ts'
import type { MonthSum } from '../store/usage.ts'

export type ClientMeter = {
  readonly name: string
  /** Bytes of this month in the store. */
  stored: number
  /** Bytes of this month that are not known to be there. */
  unsettled: number
  /** Tunnels, and permissions that may become one. */
  open: number
  /** For `takeOne`. */
  spentUntil: number
  /** The state that was logged last. */
  told: PlanState
}

export type ClientMeters = {
  readonly of: (name: string) => ClientMeter
  readonly all: () => Iterable<ClientMeter>
  readonly startMonth: () => void
}

export const usedBy = ({ stored, unsettled }: ClientMeter): number => stored + unsettled

export function openClientMeters(sums: readonly MonthSum[]): ClientMeters {
  const meters = new Map(sums.map(({ client, bytes }) => [client, newMeter(client, bytes)]))
  return {
    of(name) {
      const known = meters.get(name)
      if (known !== undefined) return known
      const made = newMeter(name, 0)
      meters.set(name, made)
      return made
    },
    all: () => meters.values(),
    startMonth() {
      for (const meter of meters.values()) {
        meter.stored = 0
        meter.unsettled = 0
        meter.told = 'within'
      }
    },
  }
}

const newMeter = (name: string, stored: number): ClientMeter => ({
  ...{ name, stored, unsettled: 0, open: 0, spentUntil: 0, told: 'within' },
})
