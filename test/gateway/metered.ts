/** A meter on a store, with a clock that the test moves, and tunnels that carry what it says. */
import { openMeter, type Meter } from '../../src/gateway/metering/meter.ts'
import type { LimitsConfiguration } from '../../src/gateway/rules/client/plans.ts'
import type { Client, CutReason, LiveTunnel } from '../../src/gateway/tunnel.ts'
import { parseAddress, type Address } from '../../src/ip/address.ts'
import { days, instant, type Instant } from '../../src/values/time.ts'
import type { GatewayStore } from './store.ts'

export const midNovember: Instant = instant('2026-11-15T12:00:00Z')

export const client = (name: string): Client => ({
  ...{ name, username: `${name}-user`, label: name, mayPin: false, plan: undefined },
})

export const noLimits = (...names: string[]): LimitsConfiguration => ({
  plans: [],
  clients: names.map((name) => ({ name, connections: 1_000_000 })),
})

export type Metered = {
  readonly meter: Meter
  /** What was logged, e.g. `info plan-state {…}`. */
  readonly logged: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[]
  now: Instant
  /** Milliseconds. */
  monotonic: number
  limits: LimitsConfiguration
}

let processes = 0

export async function openMetered(
  storage: GatewayStore,
  about: { readonly now?: Instant; readonly limits?: LimitsConfiguration } = {},
): Promise<Metered> {
  const logged: Metered['logged'] = []
  const log = (event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
    void logged.push({ event, fields })
  const state = {
    logged,
    now: about.now ?? midNovember,
    monotonic: 1e6,
    limits: about.limits ?? noLimits('app', 'other'),
  }
  processes += 1
  const identity = processes
  const parts = {
    clock: () => state.now,
    monotonic: () => state.monotonic,
    random: (count: number) => new Uint8Array(count).fill(identity % 256).with(0, identity >> 8),
    storage,
    log: { info: log, warn: log, error: log },
    groupOf: () => '*.salesforce.com:443',
  }
  // the test flushes; a timer of a day never comes
  const meter = await openMeter(parts, { limits: () => state.limits, every: () => days(1) })
  return Object.assign(state, { meter })
}

export const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`not an address: ${text}`)
  return parsed.value
}

let ids = 0

/** Permitted or not, dialled and not yet started. `cuts` says why it was cut. */
export function tunnelOf(name: string, egress: string, at: Instant = midNovember): LiveTunnel & { cuts: CutReason[] } {
  ids += 1
  const cuts: CutReason[] = []
  return {
    id: `tunnel-${ids}`,
    ask: {
      kind: 'connect',
      client: client(name),
      from: address('127.0.0.1'),
      destination: { host: { kind: 'name', name: 'login.salesforce.com' }, port: 443 },
      pin: undefined,
      gone: new AbortController().signal,
    },
    openedAt: at,
    dialled: {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no byte goes over it here
      socket: undefined as never,
      egress,
      address: '127.0.0.11',
      observed: true,
      remote: address('127.0.0.2'),
      dialMs: 3,
    },
    up: 0,
    down: 0,
    cuts,
    cut: (why) => void cuts.push(why),
  }
}
