/** Plans: what a client may use in a month, and what state it is in. */
import { parseByteSize } from './byte-size.ts'

/** `soft`: the volume is used up and the grace runs; `hard`: that is used up as well. */
export type PlanState = 'within' | 'warned' | 'soft' | 'hard'

export type Plan = {
  readonly name: string
  /** Both ways together (SF-275). */
  readonly bytes: number
  /** Of `bytes`. */
  readonly warnAt: number
  /** Of `bytes`; at least 1. */
  readonly graceTo: number
  readonly liveTunnels: 'cut' | 'keep'
}

export type ClientLimits = {
  /** Undefined: no limit by volume. */
  readonly plan: Plan | undefined
  /** Tunnels at one time. */
  readonly connections: number
  /** Undefined: no limit by rate. */
  readonly tunnelsPerMinute: number | undefined
}

/** What the configuration says of limits. */
export type LimitsConfiguration = {
  readonly plans: readonly (Omit<Plan, 'bytes'> & { readonly bytes: string })[]
  readonly clients: readonly {
    readonly name: string
    readonly plan?: string
    readonly connections: number
    readonly tunnelsPerMinute?: number
  }[]
}

/** Each bound belongs to the state above it, but the volume itself, which may be used to its last byte. */
export function planState({ bytes, warnAt, graceTo }: Plan, used: number): PlanState {
  if (used >= bytes * graceTo) return 'hard'
  if (used > bytes) return 'soft'
  return used >= bytes * warnAt ? 'warned' : 'within'
}

/** By the client's name. Throws where `findLimitFaults` finds anything: the configuration was not checked. */
export function compileLimits(configuration: LimitsConfiguration): ReadonlyMap<string, ClientLimits> {
  const plans = new Map(configuration.plans.map((plan) => [plan.name, compilePlan(plan)]))
  return new Map(
    configuration.clients.map(({ name, plan, connections, tunnelsPerMinute }) => {
      const found = plan === undefined ? undefined : plans.get(plan)
      if (plan !== undefined && found === undefined) throw new Error(`no plan is called ${plan}`)
      return [name, { plan: found, connections, tunnelsPerMinute }]
    }),
  )
}

function compilePlan({ bytes: text, ...plan }: LimitsConfiguration['plans'][number]): Plan {
  const bytes = parseByteSize(text)
  if (!bytes.ok) throw new Error(`plan ${plan.name}: ${text} ${bytes.fault}`)
  return { ...plan, bytes: bytes.value }
}

/** `path` is inside `gateway`. */
export type LimitFault = { readonly path: string; readonly message: string; readonly next: string }

export function findLimitFaults({ plans, clients }: LimitsConfiguration): readonly LimitFault[] {
  const names = plans.map(({ name }) => name)
  return [
    ...plans.flatMap(({ name, bytes: text }, i) => {
      const bytes = parseByteSize(text)
      const volume = { path: `plans[${i}].bytes`, next: 'Write it as 10GB.' }
      return [
        ...(bytes.ok ? [] : [{ ...volume, message: `${JSON.stringify(text.slice(0, 40))} ${bytes.fault}` }]),
        ...(names.indexOf(name) === i ? [] : [twice(`plans[${i}].name`, 'plan', name)]),
      ]
    }),
    ...clients.flatMap(({ plan }, i) =>
      plan === undefined || names.includes(plan) ? [] : [unknownPlan(`clients[${i}].plan`, plan, names)],
    ),
  ]
}

const twice = (path: string, kind: string, name: string): LimitFault => ({
  path,
  message: `another ${kind} is called ${JSON.stringify(name)} as well`,
  next: 'Give each a name of its own.',
})

const unknownPlan = (path: string, plan: string, names: readonly string[]): LimitFault => ({
  path,
  message: `there is no plan ${JSON.stringify(plan)}`,
  next: names.length === 0 ? 'Add it to gateway.plans.' : `Use one of ${names.join(', ')}, or add it to gateway.plans.`,
})
