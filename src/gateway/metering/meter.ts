/** What clients use: bytes by client, month and egress, live tunnels included; plans and limits; stored in batches. */
import type { Result } from '../../values/result.ts'
import type { Refusal } from '../rules/refusal.ts'
import type { Client, LiveTunnel, TunnelEnd } from '../tunnel.ts'

export type PlanState = 'within' | 'warned' | 'soft' | 'hard'

export type UsageView = {
  readonly client: string
  /** `2026-11`, UTC. */
  readonly month: string
  readonly egress: string
  readonly up: number
  readonly down: number
  readonly tunnels: number
}
export type PlanView = {
  readonly client: string
  readonly plan: string | undefined
  readonly limitBytes: number | undefined
  readonly usedBytes: number
  readonly state: PlanState
}

export type Meter = {
  /** Plan, connections and rate of this client, at this moment; a permission counts as a connection until `ended`. */
  readonly permit: (client: Client) => Result<undefined, Refusal>
  /** Gives a permission back that led to no tunnel. */
  readonly release: (client: Client) => void
  readonly started: (tunnel: LiveTunnel) => void
  readonly ended: (tunnel: LiveTunnel, end: TunnelEnd) => void
  readonly live: () => readonly LiveTunnel[]
  readonly usage: (query: { readonly client?: string; readonly month?: string }) => Promise<readonly UsageView[]>
  readonly plans: () => readonly PlanView[]
  /** Writes what has been counted since the last time; called by a timer, before `usage`, and at close. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}
