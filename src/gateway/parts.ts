/** What listeners, egress and admin API of one gateway work with; made once in `gateway.ts`. */
import type { Address } from '../ip/address.ts'
import type { RangeMatcher } from '../ip/matcher.ts'
import type { Storage } from '../storage/storage.ts'
import type { Clock, RandomBytes } from '../values/domain.ts'
import type { Result } from '../values/result.ts'
import type { Pool } from './egress/pool.ts'
import type { Meter } from './metering/meter.ts'
import type { Log } from './log.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { TurnedAway } from './records.ts'
import type { Reach } from './reach.ts'
import type { DeadlineWheel } from './relay/deadline-wheel.ts'
import type { Deadlines } from './rules/deadlines.ts'
import type { Refusal } from './rules/refusal.ts'
import type { GatewayWrites } from './store/writes.ts'
import type { Client, LiveTunnel, Opened, TunnelAsk, TunnelEnd } from './tunnel.ts'

export type { Log } from './log.ts'
export type { TurnedAway } from './records.ts'

export type GatewayParts = {
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonic: () => number
  readonly random: RandomBytes
  /** Every deadline of connections, dials and tunnels. */
  readonly wheel: DeadlineWheel
  /** A token by which the gateway calls itself in `Via` and knows itself again (G-09): `sallyport-` and random digits, the same in all workers. */
  readonly pseudonym: string
  readonly storage: Storage<GatewayWrites>
  readonly log: Log
  readonly deadlines: () => Deadlines
  /** Peers whose PROXY protocol header is believed (G-21). */
  readonly proxyProtocolPeers: () => RangeMatcher
  readonly clients: Clients
  /** Permission and dial: what every listener calls for each tunnel. The refusals are recorded and counted in there. */
  readonly open: (ask: TunnelAsk) => Promise<Opened>
  /** Whether an open connection may carry this further request (L-80). */
  readonly mayReuse: (ask: Pick<TunnelAsk, 'client' | 'destination' | 'pin'>, tunnel: LiveTunnel) => boolean
  /** Counts and records what is refused before there is anything to open. */
  readonly refused: (why: Refusal, about: TurnedAway) => void
  /** Ends the record of a tunnel that was opened; the relay calls it once, when both ends are closed. */
  readonly ended: (tunnel: LiveTunnel, end: TunnelEnd) => void
  readonly reach: Reach
  readonly pool: Pool
  readonly meter: Meter
  readonly metrics: GatewayMetrics
  /** True once SIGTERM has come: what is asked from now on is told to go elsewhere. */
  readonly draining: () => boolean
}

export type Clients = {
  /** `user` may carry `+egress=NAME` (interfaces section 5). Both decoded. Constant time, and as dear for an unknown user as for a wrong password. */
  readonly authenticate: (
    credentials: { readonly user: string; readonly password: string } | undefined,
    from: Address,
  ) => Result<{ readonly client: Client; readonly pin: string | undefined }, Refusal>
  /** The same of a `Proxy-Authorization`; undefined where there is none, or more than one. */
  readonly authenticateHeader: (value: string | undefined, from: Address) => ReturnType<Clients['authenticate']>
}
