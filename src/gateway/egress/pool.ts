/** The declared set of egresses: their health, which one a tunnel leaves by, and the dial itself. Nothing else in the gateway opens a connection. */
import type { Address } from '../../ip/address.ts'
import type { Result } from '../../values/result.ts'
import type { Instant } from '../../values/time.ts'
import type { Reachable } from '../reach.ts'
import type { Refusal } from '../rules/refusal.ts'
import type { Client, Dialled } from '../tunnel.ts'

export type OpenAsk = {
  readonly client: Client
  readonly reachable: Reachable
  /** Admission is kept for it (P-42). */
  readonly group: string
  readonly pin: string | undefined
  readonly gone: AbortSignal
}

/** P-42: whether a destination's allowlist is known to hold the address of an egress. */
export type Admission = 'confirmed' | 'refused' | 'unknown'

/** `starting` until the first probes are in; `draining`: no new tunnels, the live ones run on. */
export type EgressState = 'starting' | 'up' | 'down' | 'unusable' | 'draining'

export type EgressView = {
  readonly name: string
  readonly kind: 'address' | 'via'
  /** The local address, or the URL of the proxy without its credentials. */
  readonly through: string
  /** What the far side sees: seen by an echo, or declared (P-41). */
  readonly public: string | undefined
  readonly publicIs: 'observed' | 'declared' | 'unconfirmed'
  readonly state: EgressState
  readonly since: Instant
  /** One sentence; why it is in this state. */
  readonly why: string
  /** Of dials and probes, smoothed; undefined until the first. */
  readonly latencyMs: number | undefined
  readonly tunnels: number
  /** Source ports in use towards the destination that has most, and how many there are (L-79); undefined for a `via`. */
  readonly ports?: { readonly used: number; readonly of: number } | undefined
  /** Since the start of the process. */
  readonly probes?: { readonly succeeded: number; readonly failed: number }
  readonly admissions: readonly { readonly label: string; readonly group: string; readonly admission: Admission }[]
}

export type EgressDeclaration = {
  readonly name: string
  readonly through:
    | { readonly kind: 'address'; readonly address: Address; readonly confirm: boolean }
    | { readonly kind: 'via'; readonly url: string }
  /** Declared public address; undefined: the local address, or for a `via` not known. */
  readonly public: Address | undefined
}

export type Pool = {
  /** Chooses, dials, fails over while nothing has been sent (P-40). The caller counts the tunnel by `count`. */
  readonly open: (ask: OpenAsk) => Promise<Result<Dialled, Refusal>>
  /** True where every egress that may be chosen resolves for itself (P-43). */
  readonly resolvesElsewhere: (pin: string | undefined) => boolean
  /** +1 when a tunnel starts, -1 when it has ended. */
  readonly count: (egress: string, by: 1 | -1) => void
  readonly views: () => readonly EgressView[]
  /** Adds, replaces and removes so that the set is this; tunnels of the removed ones are drained. Rejects nothing: an egress that cannot work is
   *  `unusable` and says why. Changes nothing for those that stay as they were. */
  readonly declare: (declarations: readonly EgressDeclaration[]) => Promise<void>
  /** No new tunnels from now on; false where there is none of that name. */
  readonly drain: (name: string) => boolean
  readonly resume: (name: string) => boolean
  readonly admit: (about: { label: string; group: string; egress: string; admission: Admission }) => void
  /** One round of probes now, for tests and `doctor`; resolves when every egress has its verdict. */
  readonly probeNow: () => Promise<void>
  /** Stops probing. Live tunnels are not touched. */
  readonly close: () => void
}
